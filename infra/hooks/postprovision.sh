#!/bin/sh
# After the resources are made: puts the secrets into the vault that nobody brings along, where they are missing. What is there stays: another
# key would make every link in a message void, and GitHub's webhooks be refused. By the control plane, which needs neither a role in the
# vault nor a way through its network. It needs the Azure CLI, signed in; what azd knows comes by the environment.
set -eu
umask 077

version=2024-11-01
listing="$BASEWATCH_VAULT_ID/secrets?api-version=$version"

# Not in a pipe: who can't list secrets must not be taken for a vault that has none.
names=$(az rest --method get --url "$listing" --query 'value[].name' --output tsv)
for name in link-key github-webhook-secret; do
  if printf '%s\n' "$names" | tr -d '\r' | grep -qx "$name"; then
    echo "$name: is there"
    continue
  fi

  # Not as an argument, which everybody on this machine can read.
  body=$(mktemp)
  trap 'rm -f "$body"' EXIT
  printf '{"properties":{"value":"%s"}}' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" > "$body"
  az rest --method put --url "$BASEWATCH_VAULT_ID/secrets/$name?api-version=$version" --body "@$body" --output none
  rm -f "$body"
  echo "$name: made"
done

# The month that the budget was made with is kept: Azure takes no other for it later.
if [ "${BASEWATCH_MONTHLY_BUDGET:-0}" != 0 ] && [ -z "${BASEWATCH_BUDGET_START:-}" ] && command -v azd > /dev/null; then
  azd env set BASEWATCH_BUDGET_START "$(date -u +%Y-%m-01)"
fi

# The app was made before its secrets were, and looks them up again when it is told to, or within a day: without them it does not start.
if [ -z "${BASEWATCH_APP_ID:-}" ]; then
  exit 0
fi

references="$BASEWATCH_APP_ID/config/configreferences/appsettings"
tries=0
while :; do
  az rest --method post --url "$references/refresh?api-version=2024-04-01" --output none
  missing=$(az rest --method get --url "$references?api-version=2024-04-01" --query "value[?properties.status!='Resolved'].name" --output tsv)
  [ -n "$missing" ] || break
  tries=$((tries + 1))
  if [ "$tries" -ge 20 ]; then
    echo "the app can't read these settings from the vault:" $missing >&2
    exit 1
  fi

  # A role in the vault takes minutes to hold.
  sleep "${BASEWATCH_HOOK_PAUSE:-15}"
done
