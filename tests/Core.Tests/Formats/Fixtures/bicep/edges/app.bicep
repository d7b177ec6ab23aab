// image: 'no/such:1'
/* resource x 'Microsoft.App/containerApps@2024-03-01' = { image: 'no/such:2' } */
targetScope = 'resourceGroup'

@description('The image''s name, {image: \'no/such:3\'}')
@allowed([
  'nginx:1.27'
  'nginx:1.26'
])
param image string = 'nginx:1.27'
param size 'small'
  | 'large' = 'small'
param settings {
  image: string
}
param exists bool
param imageName string = ''
param escaped string = 'acme\u{2f}app:1'
param containers array = [
  {
    name: 'one'
    image: 'alpine:3.20'
  }
]
type shape = { image: string }
func of(name string) string => 'acme/${name}:1'

var apps = [
  { name: 'a', image: 'acme/a:1.0.0' }
  { name: 'b', image: 'acme/b:2.0.0' }
]
var multi = '''
image: 'no/such:4'
'''
var registry = 'ghcr.io/acme'
var images = {
  worker: 'acme/worker:3.0.0'
}
var digest = 'redis:7.2@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'

resource acr 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = {
  name: 'acr'
}

module fetch 'fetch-container-image.bicep' = if (exists) {
  name: 'fetch-image'
  params: { name: '${image}-x', imageName: image }
}

resource app 'Microsoft.App/containerApps@2024-03-01' = [for (app, i) in apps: if (i > 0) {
  name: app.name
  tags: { image: 'no/such:5' }
  properties: {
    template: {
      containers: [
        { name: app.name, image: app.image, env: [ { name: 'image', image: 'no/such:6' } ] }
        { name: 'login', image: '${acr.properties.loginServer}/app:1.0' }
        { name: 'worker', image: images.worker }
        { name: 'worker', image: images['worker'] }
        { name: 'fetched', image: fetch.outputs.?containers[?0].?image ?? 'mcr.microsoft.com/k8se/quickstart:latest' }
        { name: 'named', image: !empty(imageName) ? imageName : exists
            ? 'busybox:1.36'
            : 'busybox:1.35' }
        {
          'name': 'quoted'
          'image': digest
        }
        { name: 'format', image: format('{0}:{1}', 'memcached', '1.6.2') }
        { name: 'concat', image: concat('acme/c', ':', toLower('v1')) }
        { name: 'escaped', image: escaped }
        { name: 'of', image: of('x') }
        { name: 'setting', image: settings.image }
        { name: 'upper', image: 'Acme/App:1' }
        { name: 'shared', image: '${registry}/first:1' }
        { name: 'shared', image: '${registry}/second:1' }
        { name: 'env', image: readEnvironmentVariable('IMAGE', 'acme/env:1') }
      ]
      initContainers: union(containers, [ { image: 'acme/init:1' } ])
      others: map(apps, x => { name: x.name, image: x.image })
    }
  }
}]

resource site 'Microsoft.Web/sites@2023-12-01' = {
  name: 'site'
  properties: {
    siteConfig: {
      linuxFxVersion: exists ? 'NODE|20-lts' : 'docker|${acr.name}.azurecr.io/shop/site:1.0'
      windowsFxVersion: 'DOCKER|mcr.microsoft.com/windows/nanoserver:ltsc2022'
    }
  }

  resource main 'sitecontainers' = {
    name: 'main'
    properties: { image: 'httpd:2.4', isMain: true }
  }
}

resource composed 'Microsoft.Web/sites@2023-12-01' = {
  properties: { siteConfig: { linuxFxVersion: 'COMPOSE|dmVyc2lvbg==' } }
}

resource machine 'Microsoft.Compute/virtualMachines@2023-07-01' = {
  properties: { storageProfile: { imageReference: { offer: 'x' }, image: 'ubuntu' } }
}

output image string = 'no/such:7'
