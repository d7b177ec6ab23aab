// The app's rights on one registry, by the registry's own mode of permissions.
@description('The registry\'s name.')
@minLength(5)
param registryName string

@description('The object ID of the app\'s identity.')
@minLength(1)
param principalId string

@description('What tells this app\'s assignments from those of another.')
@minLength(1)
param token string

@description('Whether the app runs and reads ACR Tasks of this registry.')
param tasks bool = false

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: registryName
}

// The mode is known only when this runs, and the name of an assignment has to be known before: so the roles are a deployment of their own,
// which what-if can't look into.
module access 'registry-roles.bicep' = {
  params: {
    registryName: registryName
    principalId: principalId
    token: token
    #disable-next-line what-if-short-circuiting // Better asked of the registry than of people.
    hasRepositoryPermissions: registry.properties.?roleAssignmentMode == 'AbacRepositoryPermissions'
    tasks: tasks
  }
}
