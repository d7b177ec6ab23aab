#!/bin/sh
# After the code is deployed: lets every registry's Event Grid topic tell the app of pushes. A registry can have but one system
# topic, so one that is there already is used. It needs the Azure CLI, signed in; what azd knows comes by the environment.
set -eu
cd "$(dirname "$0")/.."

if [ -z "${BASEWATCH_REGISTRIES:-}" ]; then
  echo 'BASEWATCH_REGISTRIES names no registry: the timers find what is pushed.'
  exit 0
fi

BASEWATCH_REGISTRY_TOPICS=
for registry in $(echo "$BASEWATCH_REGISTRIES" | tr ',' ' '); do
  # /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.ContainerRegistry/registries/NAME
  subscription=$(echo "$registry" | cut -d / -f 3)
  wanted=$(echo "$registry" | tr '[:upper:]' '[:lower:]')

  # Not in a pipe: who can't list topics must not be taken for a registry that has none.
  topics=$(az eventgrid system-topic list --subscription "$subscription" --query '[].[source, id]' --output tsv)
  topic=$(echo "$topics" | awk -F '\t' -v wanted="$wanted" 'tolower($1) == wanted { print $2; exit }')
  BASEWATCH_REGISTRY_TOPICS="$BASEWATCH_REGISTRY_TOPICS${BASEWATCH_REGISTRY_TOPICS:+,}$registry=$topic"
  echo "$registry: ${topic:-a new topic}"
done
export BASEWATCH_REGISTRY_TOPICS

# Events can be sent to a function only when the app has told Azure of it, which takes a while after its code came.
tries=0
until az rest --method get --url "$BASEWATCH_APP_ID/functions/RegistryEventTrigger?api-version=2024-04-01" --output none 2> /dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -ge 30 ]; then
    echo 'the app has no function RegistryEventTrigger: its log stream says why it does not start' >&2
    exit 1
  fi

  sleep "${BASEWATCH_HOOK_PAUSE:-10}"
done

az deployment sub create \
  --name "basewatch-events-$AZURE_ENV_NAME" \
  --subscription "$AZURE_SUBSCRIPTION_ID" \
  --location "$AZURE_LOCATION" \
  --parameters events.bicepparam \
  --query 'properties.provisioningState' --output tsv
