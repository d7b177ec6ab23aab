// The subscription by which the app hears of pushes to one registry.
import { partsOf } from 'types.bicep'

@description('The system topic\'s name.')
@minLength(3)
param topicName string

@description('The function app\'s resource ID.')
@minLength(1)
param functionAppId string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  scope: resourceGroup(partsOf(functionAppId).subscription, partsOf(functionAppId).resourceGroup)
  name: partsOf(functionAppId).name

  resource trigger 'functions' existing = {
    name: 'RegistryEventTrigger'
  }
}

resource subscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'basewatch-${uniqueString(functionAppId)}'
  properties: {
    destination: {
      endpointType: 'AzureFunction'
      properties: {
        resourceId: app::trigger.id
        maxEventsPerBatch: 1
        preferredBatchSizeInKilobytes: 64
      }
    }
    eventDeliverySchema: 'EventGridSchema'
    filter: {
      includedEventTypes: [
        'Microsoft.ContainerRegistry.ImageDeleted'
        'Microsoft.ContainerRegistry.ImagePushed'
      ]
    }
    // What is lost after that the timers find.
    retryPolicy: {
      eventTimeToLiveInMinutes: 1440
      maxDeliveryAttempts: 30
    }
  }
}
