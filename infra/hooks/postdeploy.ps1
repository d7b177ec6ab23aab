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

# Events can be sent to a function only when the app has told Azure of it, which takes a while after its code came.
$PSNativeCommandUseErrorActionPreference = $false
for ($tries = 1; ; $tries++) {
    az rest --method get --url "$($env:BASEWATCH_APP_ID)/functions/RegistryEventTrigger?api-version=2024-04-01" --output none 2> $null
    if ($LASTEXITCODE -eq 0) { break }
    if ($tries -ge 30) { throw 'the app has no function RegistryEventTrigger: its log stream says why it does not start' }
    Start-Sleep -Seconds 10
}
$PSNativeCommandUseErrorActionPreference = $true

az deployment sub create `
    --name "basewatch-events-$env:AZURE_ENV_NAME" `
    --subscription $env:AZURE_SUBSCRIPTION_ID `
    --location $env:AZURE_LOCATION `
    --parameters events.bicepparam `
    --query 'properties.provisioningState' --output tsv
if ($LASTEXITCODE -ne 0) { throw "the subscriptions can't be made" }
