param image string = 'nginx:1.27'

resource g 'Microsoft.ContainerInstance/containerGroups@2023-05-01' = {
  // é😀
  properties: {
    containers: [
      {
        properties: {
          image: image
        }
      }
    ]
  }
}
