param location string = resourceGroup().location
param webImage string = 'mcr.microsoft.com/azuredocs/containerapps-helloworld:latest'
param tag string
param jobImage string
var registry = 'ghcr.io/acme'

resource web 'Microsoft.App/containerApps@2024-03-01' = {
  name: 'web'
  location: location
  properties: {
    template: {
      containers: [
        { name: 'web', image: webImage }
        { name: 'side', image: '${registry}/side:${tag}' } // the tag is in main.parameters.json
      ]
    }
  }
}

resource job 'Microsoft.App/jobs@2024-03-01' = {
  name: 'job'
  properties: { template: { containers: [ { name: 'job', image: jobImage } ] } }
}

resource group 'Microsoft.ContainerInstance/containerGroups@2023-05-01' = {
  name: 'group'
  properties: { containers: [ { name: 'db', properties: { image: 'postgres:16.3' } } ] }
}

resource site 'Microsoft.Web/sites@2023-12-01' = {
  name: 'site'
  properties: { siteConfig: { linuxFxVersion: 'DOCKER|nginx:1.27' } }
}

module api 'br/public:avm/res/app/container-app:0.11.0' = {
  name: 'api'
  params: { containerImage: empty(jobImage) ? 'ghcr.io/acme/api:2.1' : jobImage }
}
