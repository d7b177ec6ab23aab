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
