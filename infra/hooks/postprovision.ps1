#!/usr/bin/env pwsh
# After the resources are made: puts the secrets into the vault that nobody brings along, where they are missing. What is there stays: another
# key would make every link in a message void, and GitHub's webhooks be refused. By the control plane, which needs neither a role in the
# vault nor a way through its network. It needs the Azure CLI, signed in; what azd knows comes by the environment.
$ErrorActionPreference = 'Stop'

$version = '2024-11-01'
$names = az rest --method get --url "$($env:BASEWATCH_VAULT_ID)/secrets?api-version=$version" --query 'value[].name' --output tsv
if ($LASTEXITCODE -ne 0) { throw "the secrets of $($env:BASEWATCH_VAULT_ID) can't be listed" }

foreach ($name in 'link-key', 'github-webhook-secret') {
    if ($names -contains $name) {
        "${name}: is there"
        continue
    }

    # Not as an argument, which others on this machine can read.
    $body = New-TemporaryFile
    try {
        $value = [Convert]::ToHexString([Security.Cryptography.RandomNumberGenerator]::GetBytes(24)).ToLowerInvariant()
        Set-Content -Path $body -Value (ConvertTo-Json @{ properties = @{ value = $value } }) -NoNewline
        az rest --method put --url "$($env:BASEWATCH_VAULT_ID)/secrets/${name}?api-version=$version" --body "@$body" --output none
        if ($LASTEXITCODE -ne 0) { throw "the secret $name can't be made" }
    }
    finally {
        Remove-Item $body
    }
    "${name}: made"
}

# The month that the budget was made with is kept: Azure takes no other for it later.
if ($env:BASEWATCH_MONTHLY_BUDGET -and $env:BASEWATCH_MONTHLY_BUDGET -ne '0' -and -not $env:BASEWATCH_BUDGET_START -and (Get-Command azd -ErrorAction SilentlyContinue)) {
    azd env set BASEWATCH_BUDGET_START ([DateTime]::UtcNow.ToString('yyyy-MM-01'))
    if ($LASTEXITCODE -ne 0) { throw 'the month of the budget can''t be kept' }
}

# The app was made before its secrets were, and looks them up again when it is told to, or within a day: without them it does not start.
if (-not $env:BASEWATCH_APP_ID) { exit 0 }

$references = "$($env:BASEWATCH_APP_ID)/config/configreferences/appsettings"
for ($tries = 1; ; $tries++) {
    az rest --method post --url "$references/refresh?api-version=2024-04-01" --output none
    if ($LASTEXITCODE -ne 0) { throw 'the app can''t be told to look its secrets up again' }
    $missing = az rest --method get --url "${references}?api-version=2024-04-01" --query "value[?properties.status!='Resolved'].name" --output tsv
    if ($LASTEXITCODE -ne 0) { throw 'the app does not say which secrets it can read' }
    if (-not $missing) { break }
    if ($tries -ge 20) { throw "the app can't read these settings from the vault: $missing" }

    # A role in the vault takes minutes to hold.
    Start-Sleep -Seconds 15
}
