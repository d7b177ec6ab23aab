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
