// An Event Grid system topic, in the region of its registry.
@description('The topic\'s name.')
@minLength(3)
@maxLength(50)
param name string

@description('The registry\'s name.')
@minLength(5)
param registryName string

@description('The registry\'s region.')
param location string

@description('Tags of the topic.')
param tags { *: string }

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: registryName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    source: registry.id
    topicType: 'Microsoft.ContainerRegistry.Registries'
  }
}
