import { FAKE_START_US } from '../../src/base/fake-clock.ts'
import type { AnsweredSidecar } from '../../src/wire/diagnosis.ts'
import type {
  ConfigurationReport,
  ContextReport,
  ExporterReport,
  ResourcesReport,
  SamplingReport,
  SidecarReport,
} from '../../src/wire/sidecar-report.ts'

/** 2026-01-01T00:00:00Z. */
export const NOW_US = FAKE_START_US
export const SECOND_US = 1_000_000

interface Changes {
  readonly configuration?: Partial<ConfigurationReport>
  readonly resources?: Partial<ResourcesReport>
  readonly sampling?: Partial<SamplingReport>
  readonly exporter?: Partial<ExporterReport> | null
  readonly spans?: Partial<SidecarReport['spans']>
  readonly decisions?: SidecarReport['decisions']
  readonly context?: Partial<ContextReport>
  readonly keep?: SidecarReport['keep']
}

/** The report of a sidecar that is well: rate 1, ten spans sent to Zipkin; with changes. */
export const sampleReport = (changes: Changes = {}): SidecarReport => ({
  appId: 'orders',
  namespace: 'default',
  pid: 42,
  version: '1.2.3',
  startedUs: NOW_US - 300 * SECOND_US,
  nowUs: NOW_US,
  configuration: {
    name: 'test',
    files: ['config.yaml'],
    generation: 3,
    sinceUs: NOW_US - 240 * SECOND_US,
    lastReload: 'applied',
    lastReloadUs: NOW_US - 240 * SECOND_US,
    problems: [],
    lastChange: [],
    sources: {
      'tracing.samplingRate': { file: 'config.yaml', line: 7 },
      'tracing.zipkin': { file: 'config.yaml', line: 9 },
      'tracing.sampling': { file: 'config.yaml', line: 11 },
      'tracing.sampling.rules.noisy': { file: 'config.yaml', line: 12 },
      'tracing.sampling.overrides.debug': { file: 'config.yaml', line: 14 },
    },
    ...changes.configuration,
  },
  resources: {
    directories: ['components'],
    lastReload: 'applied',
    lastReloadUs: NOW_US - 240 * SECOND_US,
    problems: [],
    failed: [],
    ...changes.resources,
  },
  sampling: {
    enabled: true,
    configured: true,
    rate: 1,
    parent: undefined,
    overrides: [],
    rules: [],
    floorPerMinute: undefined,
    limitPerSecond: undefined,
    keep: undefined,
    force: undefined,
    operations: [],
    ...changes.sampling,
  },
  exporters:
    changes.exporter === null
      ? []
      : [
          {
            name: 'zipkin',
            endpoint: 'http://zipkin:9411/api/v2/spans',
            up: true,
            lastSuccessUs: NOW_US - 2 * SECOND_US,
            lastError: undefined,
            lastErrorUs: undefined,
            exported: 10,
            dropped: {},
            ...changes.exporter,
          },
        ],
  spans: { started: 10, sampled: 10, kept: 0, ...changes.spans },
  decisions: changes.decisions ?? { rate: { sampled: 10, unsampled: 0 } },
  keep: changes.keep ?? { kept: {}, missed: {} },
  context: {
    delivered: 5,
    carried: 5,
    lost: 0,
    lastLost: undefined,
    foreign: 0,
    foreignUnsampled: 0,
    ...changes.context,
  },
})

/** As `collectReports` gives it. */
export const answered = (
  report: SidecarReport,
  times: { readonly skewUs?: number; readonly roundTripUs?: number } = {},
): AnsweredSidecar => ({
  registration: {
    appId: report.appId,
    namespace: report.namespace,
    pid: report.pid,
    host: '127.0.0.1',
    internalPort: 50_002,
    httpPort: 3500,
    metricsPort: 9090,
    appPort: 8080,
    startedUs: report.startedUs,
  },
  report,
  skewUs: times.skewUs ?? 0,
  roundTripUs: times.roundTripUs ?? 1_000,
})
