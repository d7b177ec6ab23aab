// Private endpoints of the storage account and the vault, and the DNS zones by which they are found.
import { partsOf } from 'types.bicep'

@description('Region of the network.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('The subnet for the endpoints.')
@minLength(1)
param subnetId string

@description('The storage account.')
@minLength(1)
param storageAccountId string

@description('The vault.')
@minLength(1)
param vaultId string

@description('A part of every name that makes it unique.')
param token string

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' existing = {
  scope: resourceGroup(partsOf(subnetId).subscription, partsOf(subnetId).resourceGroup)
  name: partsOf(subnetId).name
}

// App Service's references look for the vault under this zone in every cloud's own suffix.
var endpoints = [
  { group: 'blob', target: storageAccountId, zone: 'privatelink.blob.${environment().suffixes.storage}' }
  { group: 'queue', target: storageAccountId, zone: 'privatelink.queue.${environment().suffixes.storage}' }
  { group: 'table', target: storageAccountId, zone: 'privatelink.table.${environment().suffixes.storage}' }
  {
    group: 'vault'
    target: vaultId
    zone: 'privatelink${replace(environment().suffixes.keyvaultDns, 'vault.', 'vaultcore.')}'
  }
]

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for endpoint in endpoints: {
    name: endpoint.zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (endpoint, i) in endpoints: {
    parent: zones[i]
    name: 'link-basewatch-${token}'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: network.id
      }
    }
  }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2026-03-01' = [
  for endpoint in endpoints: {
    name: 'pe-basewatch-${endpoint.group}-${token}'
    location: location
    tags: tags
    properties: {
      subnet: {
        id: subnetId
      }
      privateLinkServiceConnections: [
        {
          name: endpoint.group
          properties: {
            groupIds: [endpoint.group]
            #disable-next-line use-resource-id-functions // It is one of the two parameters, which the rule can't see through the list.
            privateLinkServiceId: endpoint.target
          }
        }
      ]
    }
  }
]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2026-03-01' = [
  for (endpoint, i) in endpoints: {
    parent: privateEndpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: endpoint.group
          properties: {
            privateDnsZoneId: zones[i].id
          }
        }
      ]
    }
  }
]
