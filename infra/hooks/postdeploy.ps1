#!/usr/bin/env pwsh
# After the code is deployed: lets every registry's Event Grid topic tell the app of pushes. A registry can have but one system
# topic, so one that is there already is used. It needs the Azure CLI, signed in; what azd knows comes by the environment.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-Location (Join-Path $PSScriptRoot '..')

if (-not $env:BASEWATCH_REGISTRIES) {
    'BASEWATCH_REGISTRIES names no registry: the timers find what is pushed.'
    exit 0
}

$pairs = foreach ($registry in $env:BASEWATCH_REGISTRIES.Split(',').Trim().Where({ $_ })) {
    # /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.ContainerRegistry/registries/NAME
    $subscription = $registry.Split('/')[2]
    $json = az eventgrid system-topic list --subscription $subscription --output json
    if ($LASTEXITCODE -ne 0) { throw "the topics of subscription $subscription can't be listed" }
    $topic = ($json | Out-String | ConvertFrom-Json | Where-Object source -EQ $registry | Select-Object -First 1).id
    Write-Host "${registry}: $(if ($topic) { $topic } else { 'a new topic' })"
    "$registry=$topic"
}
$env:BASEWATCH_REGISTRY_TOPICS = $pairs -join ','

az deployment sub create `
    --name "basewatch-events-$env:AZURE_ENV_NAME" `
    --subscription $env:AZURE_SUBSCRIPTION_ID `
    --location $env:AZURE_LOCATION `
    --parameters events.bicepparam `
    --query 'properties.provisioningState' --output tsv
if ($LASTEXITCODE -ne 0) { throw "the subscriptions can't be made" }
