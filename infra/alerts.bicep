// Who is told when something is wrong: poison messages, failures, silence, and money.
@description('Region of all resources.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags { *: string } = {}

@description('The function app\'s name.')
@minLength(1)
param functionAppName string

@description('The storage account\'s name.')
@minLength(3)
param storageAccountName string

@description('The vault\'s name.')
@minLength(3)
param vaultName string

@description('The name of Application Insights.')
@minLength(1)
param applicationInsightsName string

@description('The workspace of logs and telemetry.')
@minLength(1)
param workspaceId string

@description('Whom alerts are sent to by e-mail; empty: they are seen in the portal alone.')
param alertEmail string = ''

@description('Failures within fifteen minutes from which on there is an alert.')
@minValue(1)
param failureThreshold int = 10

@description('Without a job for this long there is an alert.')
@allowed(['PT30M', 'PT1H', 'PT2H', 'PT6H', 'P1D'])
param heartbeatWindow string = 'PT1H'

@description('What may be spent in a month; 0: no budget.')
@minValue(0)
param monthlyBudget int = 0

@description('The month from which on the budget counts.')
param budgetStart string = ''

@description('What stands for an empty `budgetStart`.')
param thisMonth string = utcNow('yyyy-MM-01')

resource storage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: storageAccountName

  resource queues 'queueServices' existing = {
    name: 'default'
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

// No metric counts the messages of one queue, and the host's own words about poison messages are left out where the worker sends its
// telemetry by OpenTelemetry. What is put into which queue the account itself logs.
resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'basewatch'
  scope: storage::queues
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
    ]
  }
}

resource vaultLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'basewatch'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(alertEmail)) {
  name: 'ag-${functionAppName}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'basewatch'
    emailReceivers: [
      {
        name: 'mail'
        emailAddress: alertEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

// Every query answers with one row, with 0 where there is nothing: a rule may be silent about a query without rows.
var rules = [
  {
    name: 'poison'
    title: 'Basewatch: a job failed five times'
    text: 'A message was moved to the queue jobs-poison. Which job it was, and why it failed, is in the app\'s exceptions of that time.'
    severity: 1
    query: 'StorageQueueLogs | where AccountName == "${storageAccountName}" and OperationName == "PutMessage" and Uri contains "/jobs-poison/messages" | summarize Number = count()'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'failures'
    title: 'Basewatch: many failures'
    text: 'Functions failed or exceptions were logged. Look at Failures in Application Insights.'
    severity: 2
    query: 'union isfuzzy=true (AppExceptions | where _ResourceId =~ "${insights.id}" | project TimeGenerated), (AppRequests | where _ResourceId =~ "${insights.id}" and Success == false | project TimeGenerated) | summarize Number = count()'
    operator: 'GreaterThanOrEqual'
    threshold: failureThreshold
    window: 'PT15M'
    every: 'PT15M'
  }
  {
    name: 'silence'
    title: 'Basewatch: no timer has run'
    text: 'Nothing was put into the queue jobs, which every timer does. Look whether the app runs: its log says which setting is wrong.'
    severity: 1
    query: 'StorageQueueLogs | where AccountName == "${storageAccountName}" and OperationName == "PutMessage" and Uri contains "/jobs/messages" | summarize Number = count()'
    operator: 'LessThan'
    threshold: 1
    window: heartbeatWindow
    every: heartbeatWindow == 'PT30M' ? 'PT15M' : 'PT30M'
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: 'alert-${functionAppName}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: rule.text
      severity: rule.severity
      enabled: true
      autoMitigate: true
      scopes: [workspaceId]
      evaluationFrequency: rule.every
      windowSize: rule.window
      // A new workspace has none of these tables until the first line is written.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: 'Number'
            timeAggregation: 'Total'
            operator: rule.operator
            threshold: rule.threshold
            failingPeriods: {
              minFailingPeriodsToAlert: 1
              numberOfEvaluationPeriods: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: empty(alertEmail) ? [] : [people.id]
      }
    }
  }
]

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = if (monthlyBudget > 0 && !empty(alertEmail)) {
  name: 'budget-${functionAppName}'
  properties: {
    amount: monthlyBudget
    category: 'Cost'
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: empty(budgetStart) ? thisMonth : budgetStart
    }
    notifications: {
      spent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: [alertEmail]
      }
      forecast: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: [alertEmail]
      }
    }
  }
}
