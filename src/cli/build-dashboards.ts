import { stringify } from 'yaml'
import { dashboardProvider, dataSources, toGrafana } from '../adapters/grafana/index.ts'
import {
  alertingRules,
  boardsOf,
  clusterPrometheusFile,
  DEFAULT_SLOS,
  daprBoardsOf,
  podMonitor,
  prometheusFile,
  recordingRules,
  type Slo,
  scrapeConfig,
} from '../dashboards/index.ts'

/** Where the others are reached. */
export interface Addresses {
  /** `host:port` of the trace backend. */
  readonly backend: string
  readonly prometheus: string
  /** Where Grafana finds the files under `grafana/dashboards`. */
  readonly directory: string
}

export interface BuiltFile {
  /** Below the output directory. */
  readonly path: string
  readonly text: string
}

/** Everything that Prometheus and Grafana read. The same objectives give the same bytes. */
export function buildDashboards(
  slos: readonly Slo[],
  sloText: string = DEFAULT_SLOS,
  { backend, prometheus, directory }: Addresses = DEFAULT_ADDRESSES,
): readonly BuiltFile[] {
  return [
    { path: 'slo.yaml', text: sloText },
    ...[...boardsOf(slos), ...daprBoardsOf(slos)].map((board) => ({
      path: `grafana/dashboards/${board.uid}.json`,
      text: `${JSON.stringify(toGrafana(board), null, 2)}\n`,
    })),
    yaml('grafana/provisioning/dashboards/sidelight.yaml', dashboardProvider(directory)),
    yaml('grafana/provisioning/datasources/sidelight.yaml', dataSources({ backend, prometheus })),
    yaml('prometheus/prometheus.yaml', prometheusFile(backend)),
    yaml('prometheus/prometheus.kubernetes.yaml', clusterPrometheusFile()),
    yaml('prometheus/pod-monitor.yaml', podMonitor()),
    yaml('prometheus/scrape-config.yaml', scrapeConfig()),
    yaml('prometheus/recording.rules.yaml', recordingRules(slos)),
    yaml('prometheus/alerting.rules.yaml', alertingRules(slos)),
  ]
}

export const DEFAULT_ADDRESSES: Addresses = {
  backend: 'localhost:9411',
  prometheus: 'localhost:9090',
  directory: '/etc/grafana/dashboards/sidelight',
}

const yaml = (path: string, value: object): BuiltFile => ({
  path,
  text: `# Made by \`sidelight dashboards build\`: edit slo.yaml and build again.\n${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })}`,
})
