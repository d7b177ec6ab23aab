// The function app, its plan, storage, identity, vault, telemetry and alerts. Who may deploy to a resource group alone deploys this file
// in place of main.bicep.
import { roles } from 'types.bicep'

@description('Region of all resources.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags { *: string } = {}

@description('A part of every resource\'s name that makes it unique.')
@minLength(5)
@maxLength(13)
param token string = uniqueString(resourceGroup().id)

@description('What Basewatch may do.')
@allowed(['Observe', 'Propose'])
param mode string = 'Observe'

@description('Whether nothing is written to any repository for now.')
param paused bool = false

@description('Base address of GitHub\'s REST API.')
param gitHubApiBaseAddress string = 'https://api.github.com/'

@description('The GitHub App\'s ID or client ID; empty: a token is used.')
param gitHubAppId string = ''

@description('The App\'s private key in PEM; empty: the vault\'s secret is left as it is.')
@secure()
param gitHubAppPrivateKey string = ''

@description('A GitHub token; empty: the vault\'s secret is left as it is.')
@secure()
param gitHubToken string = ''

@description('The organisation or user whose repositories are looked after.')
param gitHubOrganization string = ''

@description('Repositories one by one, `owner/name`.')
param gitHubRepositories string[] = []

@description('Whether Teams is told, by the vault\'s secret `teams-webhook`.')
param tellTeams bool = false

@description('Address of a Teams Workflows webhook; empty: the vault\'s secret is left as it is.')
@secure()
param teamsWebhook string = ''

@description('Hosts of registries that have private addresses.')
param privateRegistries string[] = []

@description('When the timers run: NCRONTAB, six fields, UTC.')
param schedules { inventory: string, images: string, lifecycle: string, reviews: string, alerts: string, rebuilds: string } = {
  inventory: '0 */5 * * * *'
  images: '0 */15 * * * *'
  lifecycle: '0 0 6 * * *'
  reviews: '30 */15 * * * *'
  alerts: '0 */15 * * * *'
  rebuilds: '45 */5 * * * *'
}

@description('The client ID of an application in Entra, for people to sign in to the dashboard with. Empty: nobody is let in, unless the setting `Basewatch__Key` is made.')
param entraClientId string = ''

@description('Where people see the app, with a domain of its own: `https://basewatch.example.com/`. Empty: the app\'s own address.')
param publicAddress string = ''

@description('Who may see badges: `Off`, `Signed` or `Public`.')
@allowed(['Off', 'Signed', 'Public'])
param badges string = 'Off'

@description('Further settings of the app.')
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

@description('A subnet for what the app sends out.')
param appSubnetId string = ''

@description('A subnet for private endpoints of storage and vault, which are then closed to the Internet.')
param endpointSubnetId string = ''

@description('An existing Log Analytics workspace; empty: one is made.')
param workspaceId string = ''

@description('Days that the new workspace keeps what it is told.')
@minValue(30)
@maxValue(730)
param retentionDays int = 30

@description('Whether Application Insights takes telemetry from identities alone.')
param telemetryByIdentityOnly bool = false

@description('Who may put secrets into the vault; empty: nobody is given that role here.')
param principalId string = ''

@description('Whom alerts are sent to by e-mail; empty: they are seen in the portal alone.')
param alertEmail string = ''

@description('Failures within fifteen minutes from which on there is an alert.')
@minValue(1)
param failureThreshold int = 10

@description('Without a job for this long there is an alert.')
@allowed(['PT30M', 'PT1H', 'PT2H', 'PT6H', 'P1D'])
param heartbeatWindow string = 'PT1H'

@description('What may be spent in a month; 0: no budget.')
@minValue(0)
param monthlyBudget int = 0

@description('The month from which on the budget counts.')
param budgetStart string = ''

var functionAppName = 'func-basewatch-${token}'
var packageContainer = 'app-package'
var isPrivate = !empty(endpointSubnetId)

// ---- who the app is

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-basewatch-${token}'
  location: location
  tags: tags
}

// ---- state, queue, the host's own files, and the code

resource storage 'Microsoft.Storage/storageAccounts@2026-06-01' = {
  name: 'stbasewatch${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
    supportsHttpsTrafficOnly: true
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource package 'containers' = {
      name: packageContainer
    }
  }
}

// The Functions host leases blobs and sets their metadata: it asks for Owner, which is of data alone.
resource blobRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, identity.id, roles.storageBlobDataOwner)
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataOwner)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource queueRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, identity.id, roles.storageQueueDataContributor)
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.storageQueueDataContributor
    )
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource tableRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, identity.id, roles.storageTableDataContributor)
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.storageTableDataContributor
    )
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// ---- secrets

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' = {
  name: 'kv-bw-${token}'
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }

  // The control plane puts them there, which needs neither a role in the vault nor a way through its network.
  resource gitHubAppPrivateKeySecret 'secrets' = if (!empty(gitHubAppPrivateKey)) {
    name: 'github-app-private-key'
    properties: {
      contentType: 'application/x-pem-file'
      value: gitHubAppPrivateKey
    }
  }

  resource gitHubTokenSecret 'secrets' = if (!empty(gitHubToken)) {
    name: 'github-token'
    properties: {
      value: gitHubToken
    }
  }

  resource teamsWebhookSecret 'secrets' = if (!empty(teamsWebhook)) {
    name: 'teams-webhook'
    properties: {
      value: teamsWebhook
    }
  }
}

resource vaultRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identity.id, roles.keyVaultSecretsUser)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource keeperRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(principalId)) {
  name: guid(vault.id, principalId, roles.keyVaultSecretsOfficer)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsOfficer)
    principalId: principalId
  }
}

module endpoints 'network.bicep' = if (isPrivate) {
  params: {
    location: location
    tags: tags
    subnetId: endpointSubnetId
    storageAccountId: storage.id
    vaultId: vault.id
    token: token
  }
}

// ---- telemetry

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = if (empty(workspaceId)) {
  name: 'log-basewatch-${token}'
  location: location
  tags: tags
  properties: {
    retentionInDays: retentionDays
    sku: {
      name: 'PerGB2018'
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-basewatch-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: telemetryByIdentityOnly
    WorkspaceResourceId: empty(workspaceId) ? workspace.id : workspaceId
  }
}

resource insightsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identity.id, roles.monitoringMetricsPublisher)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.monitoringMetricsPublisher
    )
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// ---- the app

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-basewatch-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

// Setting: the name of its secret. What is named here has to be in the vault, or the app reads the reference itself as the value.
var secretNames = union(
  empty(gitHubAppId)
    ? { Basewatch__GitHub__Token: 'github-token' }
    : { Basewatch__GitHub__App__PrivateKey: 'github-app-private-key' },
  // The hook postprovision makes these two.
  { Basewatch__GitHub__WebhookSecret: 'github-webhook-secret', Basewatch__LinkKey: 'link-key' },
  tellTeams ? { Basewatch__TeamsWebhook: 'teams-webhook' } : {}
)

var repositorySettings = toObject(
  range(0, length(gitHubRepositories)),
  i => 'Basewatch__GitHub__Repositories__${i}',
  i => gitHubRepositories[i]
)

var registryHosts = toObject(
  range(0, length(privateRegistries)),
  i => 'Basewatch__Registries__${i}__Host',
  i => privateRegistries[i]
)

var registryAddresses = toObject(
  range(0, length(privateRegistries)),
  i => 'Basewatch__Registries__${i}__AllowPrivate',
  i => 'true'
)

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: functionAppName
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: empty(appSubnetId) ? null : appSubnetId
    siteConfig: {
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstances
      }
    }
  }
  dependsOn: [
    blobRole
    endpoints
    queueRole
    tableRole
    vaultRole
  ]

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
        APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
        AzureWebJobsStorage__accountName: storage.name
        AzureWebJobsStorage__clientId: identity.properties.clientId
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsDisableHomepage: 'true'
        Basewatch__AppServiceAuthentication: string(!empty(entraClientId))
        Basewatch__Badges: badges
        Basewatch__GitHub__ApiBaseAddress: gitHubApiBaseAddress
        Basewatch__Mode: mode
        Basewatch__Paused: string(paused)
        Basewatch__PublicAddress: empty(publicAddress) ? 'https://${site.properties.defaultHostName}/' : publicAddress
        Basewatch__Schedules__Alerts: schedules.alerts
        Basewatch__Schedules__Images: schedules.images
        Basewatch__Schedules__Inventory: schedules.inventory
        Basewatch__Schedules__Lifecycle: schedules.lifecycle
        Basewatch__Schedules__Rebuilds: schedules.rebuilds
        Basewatch__Schedules__Reviews: schedules.reviews
        Basewatch__Storage__AccountName: storage.name
        Basewatch__Storage__ClientId: identity.properties.clientId
      },
      empty(gitHubAppId) ? {} : { Basewatch__GitHub__App__Id: gitHubAppId },
      empty(gitHubOrganization) ? {} : { Basewatch__GitHub__Organization: gitHubOrganization },
      repositorySettings,
      registryHosts,
      registryAddresses,
      mapValues(secretNames, secret => '@Microsoft.KeyVault(VaultName=${vault.name};SecretName=${secret})'),
      settings
    )
    dependsOn: [
      vault::gitHubAppPrivateKeySecret
      vault::gitHubTokenSecret
      vault::teamsWebhookSecret
    ]
  }

  // Webhooks, events and health come without a sign-in, and have keys or signatures of their own: so nobody is turned away here. The app asks who
  // wants to see the dashboard to sign in.
  resource authentication 'config' = if (!empty(entraClientId)) {
    name: 'authsettingsV2'
    properties: {
      platform: {
        enabled: true
      }
      globalValidation: {
        requireAuthentication: false
        unauthenticatedClientAction: 'AllowAnonymous'
      }
      httpSettings: {
        requireHttps: true
      }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: entraClientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
          }
        }
      }
      login: {
        tokenStore: {
          enabled: false
        }
      }
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

module alerts 'alerts.bicep' = {
  params: {
    location: location
    tags: tags
    functionAppName: functionAppName
    storageAccountName: storage.name
    vaultName: vault.name
    applicationInsightsName: insights.name
    workspaceId: empty(workspaceId) ? workspace.id : workspaceId
    alertEmail: alertEmail
    failureThreshold: failureThreshold
    heartbeatWindow: heartbeatWindow
    monthlyBudget: monthlyBudget
    budgetStart: budgetStart
  }
}

@description('The function app\'s name.')
output functionAppName string = site.name

@description('The function app\'s resource ID.')
output functionAppId string = site.id

@description('Where the app answers.')
output address string = 'https://${site.properties.defaultHostName}'

@description('The storage account\'s name.')
output storageAccountName string = storage.name

@description('The vault\'s resource ID.')
output vaultId string = vault.id

@description('The vault\'s name.')
output vaultName string = vault.name

@description('The object ID of the app\'s identity.')
output principalId string = identity.properties.principalId

@description('The client ID of the app\'s identity.')
output clientId string = identity.properties.clientId
