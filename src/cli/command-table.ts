import type { CommandEntry } from './cli-context.ts'
import {
  backendFlags,
  configValidateFlags,
  configWhatIfFlags,
  dashboardFlags,
  dashboardsBuildFlags,
  doctorFlags,
  initFlags,
  injectorFlags,
  kubeListFlags,
  logsFlags,
  operatorFlags,
  runFlags,
  sidecarFlags,
  tracesFlags,
  tuneFlags,
  uninstallFlags,
  upgradeFlags,
} from './settings.ts'

/** Each command is loaded when it is asked for: a sidecar never pays for the backend. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  sidecar: {
    doc: 'run a sidecar, with daprd’s flags',
    flags: sidecarFlags,
    load: async () => (await import('./commands/sidecar.ts')).sidecar,
  },
  run: {
    doc: 'run an app and its sidecar, or all apps of a dapr.yaml (-f)',
    flags: runFlags,
    load: async () => (await import('./commands/run.ts')).run,
  },
  up: {
    doc: 'the same as run -f',
    flags: runFlags,
    load: async () => (await import('./commands/run.ts')).up,
  },
  config: {
    doc: 'check resources (config validate PATH…), try a Configuration out (config what-if FILE)',
    flags: [...configValidateFlags, ...configWhatIfFlags],
    words: ['validate', 'what-if'],
    load: async () => (await import('./commands/config.ts')).config,
  },
  traces: {
    doc: 'the newest traces, or one of them (traces TRACE_ID), in the terminal',
    flags: tracesFlags,
    load: async () => (await import('./commands/traces.ts')).traces,
  },
  tune: {
    doc: 'sample more or less for a while (tune orders=100% --for 10m)',
    flags: tuneFlags,
    load: async () => (await import('./commands/tune.ts')).tune,
  },
  doctor: {
    doc: 'say why there is no trace, and what to do (doctor [APP])',
    flags: doctorFlags,
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  dashboards: {
    doc: 'write Grafana’s dashboards and Prometheus’ rules (dashboards build)',
    flags: dashboardsBuildFlags,
    words: ['build'],
    load: async () => (await import('./commands/dashboards.ts')).dashboards,
  },
  backend: {
    doc: 'run the trace backend: Zipkin API, store and console',
    flags: backendFlags,
    load: async () => (await import('./commands/backend.ts')).backend,
  },
  init: {
    doc: 'install Sidelight in a cluster, with Zipkin, Prometheus, Grafana and Redis (init -k)',
    flags: initFlags,
    load: async () => (await import('./commands/init.ts')).init,
  },
  upgrade: {
    doc: 'make what is installed in a cluster this version (upgrade -k)',
    flags: upgradeFlags,
    load: async () => (await import('./commands/upgrade.ts')).upgrade,
  },
  uninstall: {
    doc: 'remove it from a cluster (uninstall -k)',
    flags: uninstallFlags,
    load: async () => (await import('./commands/uninstall.ts')).uninstall,
  },
  status: {
    doc: 'show the control plane of a cluster (status -k)',
    flags: kubeListFlags,
    load: async () => (await import('./commands/kube-list.ts')).kubeList('status'),
  },
  components: {
    doc: 'list Components of a cluster (components -k)',
    flags: kubeListFlags,
    load: async () => (await import('./commands/kube-list.ts')).kubeList('components'),
  },
  configurations: {
    doc: 'list Configurations of a cluster, their rate and who runs them (configurations -k)',
    flags: kubeListFlags,
    load: async () => (await import('./commands/kube-list.ts')).kubeList('configurations'),
  },
  logs: {
    doc: 'show what the sidecars of an app write in a cluster (logs -k -a APP)',
    flags: logsFlags,
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  dashboard: {
    doc: 'open the console of this machine, or with -k a page of a cluster',
    flags: dashboardFlags,
    words: ['console', 'grafana', 'zipkin', 'prometheus'],
    load: async () => (await import('./commands/dashboard.ts')).dashboard,
  },
  operator: {
    doc: 'run the operator of a cluster: sends resources to sidecars, writes what became of them',
    flags: operatorFlags,
    load: async () => (await import('./commands/operator.ts')).operator,
  },
  injector: {
    doc: 'run the injector: the webhook that gives pods their sidecar',
    flags: injectorFlags,
    load: async () => (await import('./commands/injector.ts')).injector,
  },
  completion: {
    doc: 'print the completion of a shell (completion bash|zsh|fish)',
    flags: [],
    words: ['bash', 'zsh', 'fish'],
    load: async () => (await import('./commands/completion.ts')).createCompletion(commands),
  },
}
