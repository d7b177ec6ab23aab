// Renovate as the other side: the managers that read what corpus.py writes, and everything looked up.
module.exports = {
  platform: 'local',
  dryRun: 'lookup',
  onboarding: false,
  requireConfig: 'optional',
  reportType: 'file',
  enabledManagers: ['dockerfile', 'docker-compose', 'kubernetes', 'helm-values'],
  kubernetes: { managerFilePatterns: ['/k8s/.+\\.yaml$/'] },
  hostRules: [{ matchHost: process.env.BENCH_REGISTRY, insecureRegistry: true }],
  pinDigests: true,
};
