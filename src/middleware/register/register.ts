import http from 'node:http'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { NodeSDK, type NodeSDKConfiguration, resources, tracing } from '@opentelemetry/sdk-node'
import { recordWith } from '../carry/index.ts'
import { watchFastify } from '../http/index.ts'
import { endAtSignals } from './at-signals.ts'
import { holdUnsampled } from './held-spans.ts'
import { createInstrumentations } from './instrumentations.ts'
import { openOwnPage, placeByEnv, VIEWS } from './metrics.ts'
import { createSidecarSampler } from './sampler.ts'
import { linkSidecar, type SidecarLink } from './sidecar.ts'
import { createTrustedPropagator } from './trusted-propagator.ts'
import { current, runIn, w3cPropagator } from './w3c.ts'

type Env = Readonly<Record<string, string | undefined>>

export interface Registered {
  shutdown(): Promise<void>
}

/** Begins to record. What `OTEL_*` variables say is left to OpenTelemetry. */
export function register(env: Env): Registered {
  if (/^true$/i.test(env.OTEL_SDK_DISABLED?.trim() ?? ''))
    return { shutdown: async () => undefined }
  const page = env.OTEL_METRICS_EXPORTER === undefined ? openOwnPage(() => link.begin()) : undefined
  const link = linkSidecar(env, http.request, page?.place ?? (() => placeByEnv(env)))
  if (page === undefined) link.begin()
  const propagator = createTrustedPropagator(
    w3cPropagator,
    recordWith({ current, run: runIn, overlooked: warnOnce }),
  )
  const configuration = tracingBy(env, link)
  const sdk = new NodeSDK({
    ...configuration,
    ...(page === undefined ? {} : { metricReaders: [page.reader], views: VIEWS }),
    ...(env.OTEL_LOGS_EXPORTER === undefined ? { logRecordProcessors: [] } : {}),
    // Arguments and owner of the process are nobody's business.
    ...(env.OTEL_NODE_RESOURCE_DETECTORS === undefined
      ? { resourceDetectors: [resources.envDetector] }
      : {}),
    ...(env.OTEL_PROPAGATORS === undefined ? { textMapPropagator: propagator } : {}),
    ...(env.OTEL_SERVICE_NAME === undefined && env.APP_ID ? { serviceName: env.APP_ID } : {}),
    instrumentations: createInstrumentations(propagator, page?.place),
  })
  sdk.start()
  watchFastify()
  // They are instrumented when they are loaded anew, and ES modules see it when they are told.
  const require = createRequire(process.execPath)
  for (const name of ['http', 'https']) require(name)
  syncBuiltinESMExports()
  let ended: Promise<void> | undefined
  const end = (): Promise<void> => {
    link.stop()
    page?.close()
    ended ??= sdk.shutdown().catch(() => undefined)
    return ended
  }
  endAtSignals(end, async () => {
    for (const processor of configuration.spanProcessors ?? []) await processor.forceFlush()
  })
  return { shutdown: end }
}

/** OpenTelemetry's variables for where spans go win. */
function tracingBy(env: Env, link: SidecarLink): Partial<NodeSDKConfiguration> {
  const isElsewhere =
    env.OTEL_TRACES_EXPORTER !== undefined ||
    env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined ||
    env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== undefined
  const sampler =
    env.OTEL_TRACES_SAMPLER === undefined
      ? { sampler: createSidecarSampler(link.sampling) }
      : undefined
  if (isElsewhere) return { ...sampler }
  const batches = (headers: Record<string, string>) =>
    new tracing.BatchSpanProcessor(
      new OTLPTraceExporter({
        url: `${link.origin}/v1/traces`,
        headers: { ...link.headers, ...headers },
      }),
      env.OTEL_BSP_SCHEDULE_DELAY === undefined ? { scheduledDelayMillis: 1_000 } : {},
    )
  return {
    ...sampler,
    spanProcessors: [batches({}), holdUnsampled(batches({ 'sidelight-held': '1' }))],
  }
}

let isWarned = false

/** A function of `node:http` that was taken before this was loaded makes no spans; its trace goes on all the same. */
function warnOnce(host: string): void {
  if (isWarned) return
  isWarned = true
  process.emitWarning(
    `a call to ${host} has no span: the app took http.request before sidelight/register was loaded; start it with node --import sidelight/register`,
    { type: 'SidelightWarning', code: 'REGISTER_LATE' },
  )
}
