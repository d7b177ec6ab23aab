// What azd and the shell say. Every other parameter of main.bicep can be written down here.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'basewatch')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')

param mode = readEnvironmentVariable('BASEWATCH_MODE', 'Observe')
param gitHubAppId = readEnvironmentVariable('BASEWATCH_GITHUB_APP_ID', '')
param gitHubOrganization = readEnvironmentVariable('BASEWATCH_GITHUB_ORGANIZATION', '')
param gitHubRepositories = filter(
  map(split(readEnvironmentVariable('BASEWATCH_GITHUB_REPOSITORIES', ''), ','), r => trim(r)),
  r => !empty(r)
)

// Secrets, of the shell alone: `azd env set` would write them to a file. What is left out stays in the vault as it is.
param gitHubAppPrivateKey = readEnvironmentVariable('BASEWATCH_GITHUB_APP_PRIVATE_KEY', '')
param gitHubToken = readEnvironmentVariable('BASEWATCH_GITHUB_TOKEN', '')
param teamsWebhook = readEnvironmentVariable('BASEWATCH_TEAMS_WEBHOOK', '')
param tellTeams = bool(readEnvironmentVariable('BASEWATCH_TELL_TEAMS', 'false'))

// Resource IDs, with commas between them.
param registries = map(
  filter(split(readEnvironmentVariable('BASEWATCH_REGISTRIES', ''), ','), r => !empty(r)),
  r => { id: trim(r) }
)

param entraClientId = readEnvironmentVariable('BASEWATCH_ENTRA_CLIENT_ID', '')
param publicAddress = readEnvironmentVariable('BASEWATCH_PUBLIC_ADDRESS', '')
param badges = readEnvironmentVariable('BASEWATCH_BADGES', 'Off')

param alertEmail = readEnvironmentVariable('BASEWATCH_ALERT_EMAIL', '')
param monthlyBudget = int(readEnvironmentVariable('BASEWATCH_MONTHLY_BUDGET', '0'))
param budgetStart = readEnvironmentVariable('BASEWATCH_BUDGET_START', '')
