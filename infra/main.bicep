// Basewatch on Azure: a resource group with the app and all that it needs, and its rights on the registries.
// What has to wait for the deployed code (Event Grid's subscriptions) is in events.bicep.
targetScope = 'subscription'

import { partsOf, registryType } from 'types.bicep'

@description('Name of the environment: names the resource group, and is a part of every resource\'s unique name.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of all resources. It has to offer Flex Consumption: `az functionapp list-flexconsumption-locations`.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('Name of the resource group.')
@minLength(1)
@maxLength(90)
param resourceGroupName string = 'rg-${environmentName}'

@description('Further tags of every resource.')
param tags { *: string } = {}

@description('What Basewatch may do: `Propose` opens pull requests, `Observe` only reports.')
@allowed(['Observe', 'Propose'])
param mode string = 'Observe'

@description('Whether nothing is written to any repository for now.')
param paused bool = false

@description('Base address of GitHub\'s REST API; `https://HOST/api/v3/` of a GitHub Enterprise Server.')
param gitHubApiBaseAddress string = 'https://api.github.com/'

@description('The GitHub App\'s ID or client ID. Without it a token is used.')
param gitHubAppId string = ''

@description('The App\'s private key in PEM. Empty: the secret `github-app-private-key` in the vault is left as it is.')
@secure()
param gitHubAppPrivateKey string = ''

@description('A GitHub token, where there is no App. Empty: the secret `github-token` in the vault is left as it is.')
@secure()
param gitHubToken string = ''

@description('The organisation or user whose repositories are looked after. With an App it may be left out: then it is every repository that the App is installed on.')
param gitHubOrganization string = ''

@description('Repositories one by one, `owner/name`, in place of the whole organisation.')
param gitHubRepositories string[] = []

@description('Whether Teams is told of ends of life. The vault has to have the secret `teams-webhook`, or be given it here.')
param tellTeams bool = false

@description('Address of a Teams Workflows webhook. Empty: the secret `teams-webhook` in the vault is left as it is.')
@secure()
param teamsWebhook string = ''

@description('Container registries on Azure whose images are watched.')
param registries registryType[] = []

@description('Whether to give the app its roles on the registries here. Who deploys needs to be Owner, User Access Administrator or Role Based Access Control Administrator of them.')
param assignRegistryRoles bool = true

@description('When to ask which repositories moved: NCRONTAB, six fields, UTC.')
@minLength(11)
param inventorySchedule string = '0 */5 * * * *'

@description('When to ask what the registries hold.')
@minLength(11)
param imagesSchedule string = '0 */15 * * * *'

@description('When to ask what is near its end of life.')
@minLength(11)
param lifecycleSchedule string = '0 0 6 * * *'

@description('When to look what people and checks did to open pull requests.')
@minLength(11)
param reviewsSchedule string = '30 */15 * * * *'

@description('When to say what is due to be said.')
@minLength(11)
param alertsSchedule string = '0 */15 * * * *'

@description('The client ID of an application in Entra, for people to sign in to the dashboard with. Empty: nobody is let in, unless the setting `Basewatch__Key` is made.')
param entraClientId string = ''

@description('Where people see the app, with a domain of its own: `https://basewatch.example.com/`. Empty: the app\'s own address.')
param publicAddress string = ''

@description('Who may see badges: `Off`, `Signed` or `Public`.')
@allowed(['Off', 'Signed', 'Public'])
param badges string = 'Off'

@description('When to look which own images should be built again.')
@minLength(11)
param rebuildsSchedule string = '45 */5 * * * *'

@description('Further settings of the app, by their names in docs/azure.md. They win over those made here. No secrets: they belong into the vault.')
param settings { *: string } = {}

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('The most instances that run at a time.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 40

@description('Whether the plan and its storage are spread over the zones of the region.')
param zoneRedundant bool = false

@description('A subnet that is delegated to Microsoft.App/environments, for what the app sends out. Needed for registries, vaults and storage behind private endpoints.')
param appSubnetId string = ''

@description('A subnet for private endpoints of the storage account and the vault, which are then closed to the Internet. Needs `appSubnetId` in the same network.')
param endpointSubnetId string = ''

@description('An existing Log Analytics workspace. Without it one is made.')
param workspaceId string = ''

@description('Days that the new workspace keeps what it is told.')
@minValue(30)
@maxValue(730)
param retentionDays int = 30

@description('Whether Application Insights takes telemetry from identities alone, and not by its connection string. The code that sends it has to sign in then.')
param telemetryByIdentityOnly bool = false

@description('Whom alerts are sent to by e-mail. Empty: they are seen in the portal alone.')
param alertEmail string = ''

@description('Failures within fifteen minutes from which on there is an alert.')
@minValue(1)
param failureThreshold int = 10

@description('Without a job for this long there is an alert: more than the time between two runs of the inventory.')
@allowed(['PT30M', 'PT1H', 'PT2H', 'PT6H', 'P1D'])
param heartbeatWindow string = 'PT1H'

@description('What may be spent in a month, in the currency of the subscription; mail is sent at 80 % and when 100 % are forecast. 0: no budget. Needs `alertEmail`.')
@minValue(0)
param monthlyBudget int = 0

@description('The month from which on the budget counts, such as 2026-11-01. A budget keeps the one that it was made with: Azure takes no other later. Empty: this month, which holds for a budget that is new.')
param budgetStart string = ''

@description('Who may put secrets into the vault: the object ID of a user, a group or a service principal. Empty: nobody is given that role here.')
param principalId string = deployer().objectId

var token = uniqueString(subscription().id, environmentName, location)
var allTags = union(tags, { 'azd-env-name': environmentName })

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: resourceGroupName
  location: location
  tags: allTags
}

module app 'app.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    mode: mode
    paused: paused
    gitHubApiBaseAddress: gitHubApiBaseAddress
    gitHubAppId: gitHubAppId
    gitHubAppPrivateKey: gitHubAppPrivateKey
    gitHubToken: gitHubToken
    gitHubOrganization: gitHubOrganization
    gitHubRepositories: gitHubRepositories
    tellTeams: tellTeams
    teamsWebhook: teamsWebhook
    privateRegistries: [
      for registry in filter(registries, r => r.?private ?? false): '${partsOf(registry.id).name}${environment().suffixes.acrLoginServer}'
    ]
    schedules: {
      inventory: inventorySchedule
      images: imagesSchedule
      lifecycle: lifecycleSchedule
      reviews: reviewsSchedule
      alerts: alertsSchedule
      rebuilds: rebuildsSchedule
    }
    entraClientId: entraClientId
    publicAddress: publicAddress
    badges: badges
    settings: settings
    instanceMemoryMB: instanceMemoryMB
    maximumInstances: maximumInstances
    zoneRedundant: zoneRedundant
    appSubnetId: appSubnetId
    endpointSubnetId: endpointSubnetId
    workspaceId: workspaceId
    retentionDays: retentionDays
    telemetryByIdentityOnly: telemetryByIdentityOnly
    principalId: principalId
    alertEmail: alertEmail
    failureThreshold: failureThreshold
    heartbeatWindow: heartbeatWindow
    monthlyBudget: monthlyBudget
    budgetStart: budgetStart
  }
}

module access 'registry.bicep' = [
  for registry in registries: if (assignRegistryRoles) {
    scope: resourceGroup(partsOf(registry.id).subscription, partsOf(registry.id).resourceGroup)
    params: {
      registryName: partsOf(registry.id).name
      principalId: app.outputs.principalId
      token: token
      tasks: registry.?tasks ?? false
    }
  }
]

@description('The region.')
output AZURE_LOCATION string = location

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The function app\'s name.')
output BASEWATCH_APP_NAME string = app.outputs.functionAppName

@description('The function app\'s resource ID.')
output BASEWATCH_APP_ID string = app.outputs.functionAppId

@description('Where the app answers.')
output BASEWATCH_ADDRESS string = app.outputs.address

@description('The vault that holds the secrets.')
output BASEWATCH_VAULT_NAME string = app.outputs.vaultName

@description('The vault\'s resource ID, for the hook that makes the secrets that are missing.')
output BASEWATCH_VAULT_ID string = app.outputs.vaultId

@description('The storage account of state and queue.')
output BASEWATCH_STORAGE_NAME string = app.outputs.storageAccountName

@description('The object ID of the app\'s identity, to give it further roles.')
output BASEWATCH_PRINCIPAL_ID string = app.outputs.principalId

@description('The client ID of the app\'s identity.')
output BASEWATCH_CLIENT_ID string = app.outputs.clientId
