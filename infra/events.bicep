// Event Grid's subscriptions. They name a function, so they are made after the code is deployed: the hook `postdeploy` does it.
targetScope = 'subscription'

import { partsOf, registryType } from 'types.bicep'

@description('The function app\'s resource ID.')
@minLength(1)
param functionAppId string

@description('Container registries on Azure whose images are watched. One that has a system topic already has to name it.')
param registries registryType[]

@description('Further tags of system topics that are made here.')
param tags { *: string } = {}

func topicName(registry registryType) string =>
  empty(registry.?systemTopicId) ? take('evgt-${partsOf(registry.id).name}', 50) : partsOf(registry.systemTopicId!).name

module topics 'registry-topic.bicep' = [
  for registry in registries: if (empty(registry.?systemTopicId)) {
    scope: resourceGroup(partsOf(registry.id).subscription, partsOf(registry.id).resourceGroup)
    params: {
      name: topicName(registry)
      registryName: partsOf(registry.id).name
      tags: tags
    }
  }
]

module subscriptions 'registry-events.bicep' = [
  for registry in registries: {
    scope: resourceGroup(
      partsOf(empty(registry.?systemTopicId) ? registry.id : registry.systemTopicId!).subscription,
      partsOf(empty(registry.?systemTopicId) ? registry.id : registry.systemTopicId!).resourceGroup
    )
    params: {
      topicName: topicName(registry)
      functionAppId: functionAppId
    }
    dependsOn: [
      topics
    ]
  }
]
