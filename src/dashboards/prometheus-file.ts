/** What a Prometheus beside the backend is started with. @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
export const prometheusFile = (backend: string): object => ({
  ...COMMON,
  scrape_configs: [
    {
      job_name: 'sidelight',
      // A sidecar's own labels win: its app_id is the same as that of the list.
      honor_labels: true,
      // A new sidecar is scraped within five seconds.
      http_sd_configs: [{ url: `http://${backend}/sd`, refresh_interval: '5s' }],
    },
    { job_name: 'sidelight-backend', static_configs: [{ targets: [backend] }] },
  ],
})

/** What a Prometheus in a cluster is started with; it needs to list pods. */
export const clusterPrometheusFile = (): object => ({
  ...COMMON,
  scrape_configs: [
    {
      job_name: 'sidelight',
      honor_labels: true,
      kubernetes_sd_configs: [{ role: 'pod' }],
      relabel_configs: relabelings('source_labels', 'target_label'),
    },
    {
      job_name: 'sidelight-control-plane',
      kubernetes_sd_configs: [{ role: 'pod', namespaces: { own_namespace: true } }],
      relabel_configs: [
        LIVING,
        keep(`${META}_pod_label_app_kubernetes_io_part_of`, 'sidelight'),
        keep(`${META}_pod_container_port_name`, 'metrics'),
        ...named({ [`${META}_pod_label_app`]: 'app', [`${META}_pod_name`]: 'pod' }),
      ],
    },
  ],
})

/** For the Prometheus Operator, which reads either this or {@link scrapeConfig}. */
export const podMonitor = (): object => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PodMonitor',
  metadata: { name: 'sidelight' },
  spec: {
    namespaceSelector: { any: true },
    selector: { matchLabels: { [INJECTED]: 'true' } },
    podMetricsEndpoints: [{ port: METRICS_PORT, path: '/metrics', honorLabels: true }],
  },
})

export const scrapeConfig = (): object => ({
  apiVersion: 'monitoring.coreos.com/v1alpha1',
  kind: 'ScrapeConfig',
  metadata: { name: 'sidelight' },
  spec: {
    honorLabels: true,
    metricsPath: '/metrics',
    kubernetesSDConfigs: [{ role: 'Pod' }],
    relabelings: relabelings('sourceLabels', 'targetLabel'),
  },
})

const COMMON = {
  global: { scrape_interval: '15s', evaluation_interval: '15s' },
  rule_files: ['recording.rules.yaml', 'alerting.rules.yaml'],
}

/** What the injector writes on a pod, and calls the port. [dapr: pkg/injector/patcher/sidecar.go] */
const INJECTED = 'dapr.io/sidecar-injected'
const METRICS_PORT = 'dapr-metrics'
const META = '__meta_kubernetes'

interface Relabeling {
  readonly source_labels: readonly string[]
  readonly action?: 'keep' | 'drop'
  readonly regex?: string
  readonly target_label?: string
}

const keep = (label: string, regex: string): Relabeling => ({
  source_labels: [label],
  action: 'keep',
  regex,
})

const named = (labels: Readonly<Record<string, string>>): Relabeling[] =>
  Object.entries(labels).map(([from, to]) => ({ source_labels: [from], target_label: to }))

/** The pod of a finished job stays listed, and would be a target that is down for ever. */
const LIVING: Relabeling = {
  source_labels: [`${META}_pod_phase`],
  action: 'drop',
  regex: 'Succeeded|Failed',
}

/** The metrics port of every pod with a sidecar, with the pod's names. The field names differ between Prometheus and its operator. */
const relabelings = <S extends string, T extends string>(source: S, target: T): object[] =>
  [
    LIVING,
    keep(`${META}_pod_label_dapr_io_sidecar_injected`, 'true'),
    keep(`${META}_pod_container_port_name`, METRICS_PORT),
    ...named({
      [`${META}_namespace`]: 'namespace',
      [`${META}_pod_name`]: 'pod',
      [`${META}_pod_label_dapr_io_app_id`]: 'app_id',
    }),
  ].map(({ source_labels, target_label, ...rest }) => ({
    [source]: source_labels,
    ...rest,
    ...(target_label === undefined ? {} : { [target]: target_label }),
  }))
