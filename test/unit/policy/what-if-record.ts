import type { Configuration, SamplingSpec } from '../../../src/resources/index.ts'
import type { SidecarStatus } from '../../../src/wire/diagnosis.ts'
import type { SamplingReport, SidecarReport } from '../../../src/wire/sidecar-report.ts'
import type { ZipkinSpan } from '../../../src/wire/zipkin-span.ts'

/** 2026-01-01T00:00:00Z. */
export const NOW_US = 1_767_225_600_000_000
export const MINUTE_US = 60_000_000
export const HOUR_MS = 3_600_000

export interface Recorded {
  readonly traceId: string
  readonly app?: string
  readonly target?: string
  readonly path?: string
  readonly method?: string
  readonly rule?: string
  readonly threshold?: string
  readonly callerSpanId?: string
  readonly error?: string
  readonly durationUs?: number
  /** Before now. */
  readonly ageUs?: number
}

/** The trace of one call, with the tags that a sidecar gives its span. */
export const record = (trace: Recorded): ZipkinSpan[] => {
  const { app = 'shop', target = 'orders', path = '/items', method = 'GET' } = trace
  return [
    {
      traceId: trace.traceId,
      id: trace.traceId.slice(16),
      ...(trace.callerSpanId === undefined ? {} : { parentId: trace.callerSpanId }),
      kind: 'CLIENT',
      name: `CallLocal/${target}${path}`.toLowerCase(),
      timestamp: NOW_US - (trace.ageUs ?? MINUTE_US),
      duration: trace.durationUs ?? 1_000,
      localEndpoint: { serviceName: app.toLowerCase() },
      tags: {
        'otel.scope.name': 'dapr-diagnostics',
        'service.name': app,
        'http.request.method': method,
        'url.full': `/v1.0/invoke/${target}/method${path}`,
        'net.peer.name': target,
        ...(trace.rule === undefined ? {} : { 'sidelight.sampling.rule': trace.rule }),
        ...(trace.threshold === undefined
          ? {}
          : { 'sidelight.sampling.threshold': trace.threshold }),
        ...(trace.error === undefined ? {} : { error: trace.error }),
      },
    },
  ]
}

export const configuration = (
  samplingRate: number,
  sampling?: Partial<SamplingSpec>,
): Configuration => ({
  name: 'new',
  tracing: {
    samplingRate,
    stdout: undefined,
    zipkin: undefined,
    otel: undefined,
    sampling: sampling && {
      parent: 'follow',
      overrides: [],
      rules: [],
      floor: undefined,
      limit: undefined,
      keep: undefined,
      force: undefined,
      ...sampling,
    },
  },
})

export const KEEP = {
  errors: true,
  errorsFrom: 500,
  slowerThanMs: undefined,
  perSecond: 100,
  holdMs: 5_000,
  maxBytes: 1_000_000,
}

/** A sidecar that has run what it says for two hours. */
export function sidecar(
  appId: string,
  sampling: Partial<SamplingReport> = {},
  more: Partial<SidecarReport> = {},
): SidecarStatus {
  const startedUs = NOW_US - 120 * MINUTE_US
  const registration = {
    appId,
    namespace: 'default',
    pid: 1,
    host: '127.0.0.1',
    internalPort: 1,
    httpPort: 2,
    metricsPort: 3,
    appPort: 4,
    startedUs,
  }
  const report: SidecarReport = {
    appId,
    namespace: 'default',
    pid: 1,
    version: '0',
    startedUs,
    nowUs: NOW_US,
    resources: {
      directories: [],
      lastReload: 'applied',
      lastReloadUs: startedUs,
      problems: [],
      failed: [],
    },
    configuration: {
      name: 'old',
      files: ['/etc/config.yaml'],
      generation: 1,
      sinceUs: startedUs,
      lastReload: 'applied',
      lastReloadUs: startedUs,
      problems: [],
      lastChange: [],
      sources: {},
    },
    sampling: {
      enabled: true,
      configured: true,
      rate: 1,
      parent: 'follow',
      overrides: [],
      rules: [],
      floorPerMinute: undefined,
      limitPerSecond: undefined,
      keep: undefined,
      force: undefined,
      operations: [],
      ...sampling,
    },
    exporters: [],
    spans: { started: 0, sampled: 0, kept: 0 },
    decisions: { rate: { sampled: 1, unsampled: 0 } },
    keep: { kept: {}, missed: {} },
    context: {
      delivered: 0,
      carried: 0,
      lost: 0,
      lastLost: undefined,
      foreign: 0,
      foreignUnsampled: 0,
    },
    ...more,
  }
  return { registration, report, skewUs: 0, roundTripUs: 0 }
}
