// For the hook `postdeploy`, which finds out the topics that there are.
using 'events.bicep'

param functionAppId = readEnvironmentVariable('BASEWATCH_APP_ID')

// ID of a registry, and after a `=` the ID of its system topic if it has one; commas between them.
param registries = map(
  filter(split(readEnvironmentVariable('BASEWATCH_REGISTRY_TOPICS', ''), ','), r => !empty(r)),
  r => { id: split(r, '=')[0], systemTopicId: split('${r}=', '=')[1] }
)
