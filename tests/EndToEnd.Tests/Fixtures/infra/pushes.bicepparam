using 'events.bicep'

param functionAppId = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-everything/providers/Microsoft.Web/sites/func-basewatch'
param registries = [
  { id: '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/shared/providers/Microsoft.ContainerRegistry/registries/contoso' }
  {
    id: '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/shared/providers/Microsoft.ContainerRegistry/registries/fabrikam'
    systemTopicId: '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/events/providers/Microsoft.EventGrid/systemTopics/theirs'
  }
]
