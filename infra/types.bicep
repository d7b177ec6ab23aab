// What several of these files share.

@export()
@description('An Azure Container Registry whose images are watched.')
type registryType = {
  @description('Its resource ID, as `az acr show --name NAME --query id --output tsv` prints it. It may be in another resource group or subscription of the same tenant.')
  id: string

  @description('The resource ID of the Event Grid system topic that it has already. A registry can have one only. Without it one is made.')
  systemTopicId: string?

  @description('Whether ACR Tasks of this registry are run and read: gives the app the role Container Registry Tasks Contributor.')
  tasks: bool?

  @description('Whether the registry is reached by a private endpoint in the network of `appSubnetId`.')
  private: bool?
}

@export()
@description('The parts of a resource ID: subscription, resource group and name of a top-level resource.')
func partsOf(id string) { subscription: string, resourceGroup: string, name: string } => {
  subscription: split(id, '/')[2]
  resourceGroup: split(id, '/')[4]
  name: split(id, '/')[8]
}

@export()
@description('IDs of built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles.')
var roles = {
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d'
  acrRepositoryReader: 'b93aa761-3e63-49ed-ac28-beffa264f7ac'
  acrTasksContributor: 'fb382eab-e894-4461-af04-94435c366c3f'
  keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}
