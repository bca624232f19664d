import type { BackendSettings } from '../../backend/index.ts'
import { BACKEND_DEFAULTS } from '../../backend/index.ts'
import { VERSION } from '../../base/version.ts'
import type { SidecarSettings } from '../../sidecar/index.ts'

const LOOPBACK = ['127.0.0.1']
/** Spans leave one by one: a test waits for each of them, and a clock that stands sends no batch that is not full. */
const AT_ONCE = {
  scheduleDelayMs: 0,
  exportTimeoutMs: 5_000,
  maxQueueSize: 10_000,
  maxExportBatchSize: 1,
}

/** Of one app's sidecar: all ports free ones of loopback, all else as daprd has it. */
export const sidecarSettings = (
  appId: string,
  appPort: number | undefined,
  resourcesPaths: readonly string[],
): SidecarSettings => ({
  appId,
  namespace: 'default',
  appPort,
  appProtocol: 'http',
  appChannelAddress: '127.0.0.1',
  appMaxConcurrency: undefined,
  appHealthCheck: undefined,
  asksSubscriptions: true,
  appBindingOptionsTimeoutMs: 1_000,
  httpPort: 0,
  grpcPort: 0,
  internalPort: 0,
  publicPort: undefined,
  metricsPort: 0,
  listenAddresses: LOOPBACK,
  internalListenAddresses: LOOPBACK,
  publicListenAddresses: LOOPBACK,
  metricsListenAddresses: LOOPBACK,
  allowedOrigins: [],
  maxBodyBytes: 4 * 1024 ** 2,
  maxHeaderBytes: 4 * 1024,
  apiLogging: undefined,
  resourcesPaths,
  cluster: undefined,
  gracefulShutdownMs: 1_000,
  blockShutdownMs: 0,
  serviceName: appId,
  resourceAttributes: {},
  batch: AT_ONCE,
  metricsPush: undefined,
  apiToken: undefined,
  appApiToken: undefined,
})

/** Of a trace store that is gone with the test. */
export const backendSettings: BackendSettings = {
  port: 0,
  addresses: LOOPBACK,
  store: { kind: 'memory', maxSpans: 100_000 },
  autocompleteKeys: [],
  strictTraceId: true,
  searchEnabled: true,
  allowClear: false,
  consoleDirectory: undefined,
  metrics: { ...BACKEND_DEFAULTS.metrics, scrapeIntervalMs: undefined },
  maxBodyBytes: BACKEND_DEFAULTS.maxBodyBytes,
  maxBatchSpans: BACKEND_DEFAULTS.maxBatchSpans,
  version: VERSION,
}
