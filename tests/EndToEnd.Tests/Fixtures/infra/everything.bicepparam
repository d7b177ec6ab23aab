using 'main.bicep'

param environmentName = 'everything'
param location = 'westeurope'
param principalId = '00000000-0000-0000-0000-000000000009'
param gitHubAppId = 'Iv1.0123456789abcdef'
param gitHubAppPrivateKey = 'a key'
param gitHubToken = 'a token'
param gitHubOrganization = 'acme'
param gitHubRepositories = ['acme/web', 'acme/api']
param tellTeams = true
param teamsWebhook = 'https://example.com/'
param registries = [
  { id: '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/shared/providers/Microsoft.ContainerRegistry/registries/contoso' }
  {
    id: '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/shared/providers/Microsoft.ContainerRegistry/registries/fabrikam'
    private: true
    tasks: true
  }
]
param appSubnetId = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/hub/subnets/app'
param endpointSubnetId = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/hub/subnets/endpoints'
param entraClientId = '00000000-0000-0000-0000-00000000000e'
param publicAddress = 'https://basewatch.example.com/'
param badges = 'Signed'
param alertEmail = 'ops@example.com'
param monthlyBudget = 20
