// Roles on one registry.
import { roles } from 'types.bicep'

@description('The registry\'s name.')
@minLength(5)
param registryName string

@description('The object ID of the app\'s identity.')
@minLength(1)
param principalId string

@description('What tells this app\'s assignments from those of another.')
@minLength(1)
param token string

@description('Whether the registry has permissions for repositories (ABAC). AcrPull means nothing there.')
param hasRepositoryPermissions bool

@description('Whether the app runs and reads ACR Tasks of this registry.')
param tasks bool

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: registryName
}

var readerRole = hasRepositoryPermissions ? roles.acrRepositoryReader : roles.acrPull

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, token, readerRole)
  scope: registry
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', readerRole)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource tasksContributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (tasks) {
  name: guid(registry.id, token, roles.acrTasksContributor)
  scope: registry
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.acrTasksContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}
