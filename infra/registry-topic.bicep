// The Event Grid system topic of a registry that has none.
@description('The topic\'s name.')
@minLength(3)
@maxLength(50)
param name string

@description('The registry\'s name.')
@minLength(5)
param registryName string

@description('Tags of the topic.')
param tags { *: string }

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: registryName
}

// The region is known only when this runs, and that of a resource has to be known before.
module topic 'topic.bicep' = {
  params: {
    name: name
    registryName: registryName
    location: registry.location
    tags: tags
  }
}
