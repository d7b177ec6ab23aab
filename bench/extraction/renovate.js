// Renovate as the other side: extraction only, nothing looked up, every manager that can name an image.
// Managers without patterns of their own get all YAML; some others get the file names that are common beside their defaults.
const yaml = ['/\\.ya?ml$/'];

module.exports = {
  platform: 'local',
  dryRun: 'extract',
  onboarding: false,
  requireConfig: 'ignored',
  ignorePaths: [],
  reportType: 'file',
  enabledManagers: [
    'ansible', 'argocd', 'azure-pipelines', 'batect', 'bazel', 'bazel-module', 'bitbucket-pipelines', 'buildkite',
    'buildpacks', 'circleci', 'cloudbuild', 'crossplane', 'crow', 'devcontainer', 'docker-compose', 'dockerfile',
    'droneci', 'fleet', 'flux', 'github-actions', 'gitlabci', 'helm-values', 'helmfile', 'helmv3', 'kubernetes',
    'kustomize', 'maven', 'nuget', 'quadlet', 'sveltos', 'tekton', 'terraform', 'velaci', 'vendir', 'woodpecker',
  ],
  ansible: { managerFilePatterns: ['/(^|/)(tasks|handlers)/[^/]+\\.ya?ml$/'] },
  argocd: { managerFilePatterns: yaml },
  'azure-pipelines': { managerFilePatterns: ['/(^|/)(eng|\\.?azure-?(devops|pipelines))/.+\\.ya?ml$/'] },
  cloudbuild: { managerFilePatterns: ['/(^|/)cloudbuild[^/]*\\.ya?ml$/'] },
  crossplane: { managerFilePatterns: yaml },
  crow: { managerFilePatterns: ['/(^|/)\\.crow(/[^/]+)?\\.ya?ml$/'] },
  flux: { managerFilePatterns: yaml },
  gitlabci: { managerFilePatterns: ['/(^|/)[^/]*gitlab-ci[^/]*\\.ya?ml$/', '/(^|/)\\.gitlab/.+\\.ya?ml$/'] },
  'helm-values': { managerFilePatterns: ['/(^|/)[^/]*values[^/]*\\.ya?ml$/'] },
  kubernetes: { managerFilePatterns: yaml },
  sveltos: { managerFilePatterns: yaml },
  tekton: { managerFilePatterns: yaml },
  woodpecker: { managerFilePatterns: ['/(^|/)\\.woodpecker(/[^/]+)?\\.ya?ml$/'] },
};
