using './app.bicep'

param imageName = 'ghcr.io/acme/web:0.9' // comment
param exists = true
param sizeOfImage = 'small'
param sideImage = readEnvironmentVariable('SIDE_IMAGE', 'acme/side:1.1')
