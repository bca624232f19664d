import type { Configuration, OtelSpec, TracingSpec, ZipkinSpec } from './configuration.ts'
import { mergeMetric } from './metric.ts'
import { OTEL_TIMEOUT_MS, withPort } from './otel.ts'
import { toSampling } from './sampling-block.ts'
import type { SpecInput } from './schema.ts'
import type { TracingInput } from './tracing.ts'

/** What had to be looked up outside the files. */
export interface Resolved {
  readonly zipkinHeaders: Readonly<Record<string, string>>
  readonly otelHeaders: Readonly<Record<string, string>>
  /** Of the environment, where the files name no endpoint. */
  readonly otel: OtelSpec | undefined
}

/** The merged spec with defaults, units and references put in. Sections that no file has are no keys. */
export function toConfiguration(
  name: string | undefined,
  spec: SpecInput,
  resolved: Resolved,
): Configuration {
  const { tracing, metric, metrics, ...sections } = spec
  const merged = mergeMetric(metric, metrics)
  const given = Object.fromEntries(
    Object.entries(sections).filter(([, section]) => section !== undefined),
  ) as Omit<Configuration, 'name' | 'tracing' | 'metric'>
  return {
    name,
    tracing: toTracing(tracing, resolved),
    ...(merged === undefined ? {} : { metric: merged }),
    ...given,
  }
}

function toTracing(input: TracingInput | undefined, resolved: Resolved): TracingSpec | undefined {
  if (input === undefined && resolved.otel === undefined) return undefined
  const rate = input?.samplingRate === '' ? undefined : input?.samplingRate
  const otel = toOtel(input?.otel, resolved.otelHeaders) ?? resolved.otel
  return {
    samplingRate: rate ?? (resolved.otel === undefined ? undefined : 1),
    stdout: input?.stdout,
    ...(input?.componentSpans !== undefined && { componentSpans: input.componentSpans }),
    ...(input?.tap !== undefined && { tap: input.tap }),
    zipkin: toZipkin(input?.zipkin, resolved.zipkinHeaders),
    otel,
    sampling: input?.sampling && toSampling(input.sampling),
  }
}

const toZipkin = (
  input: TracingInput['zipkin'],
  headers: Readonly<Record<string, string>>,
): ZipkinSpec | undefined =>
  input?.endpointAddress ? { endpointAddress: input.endpointAddress, headers } : undefined

/** Like daprd, nothing goes out without endpoint and protocol. */
function toOtel(
  input: TracingInput['otel'],
  headers: Readonly<Record<string, string>>,
): OtelSpec | undefined {
  if (!input?.endpointAddress || input.protocol === undefined) return undefined
  const isSecure = input.isSecure ?? true
  return {
    endpointAddress: withPort(input.endpointAddress, input.protocol, isSecure),
    protocol: input.protocol,
    isSecure,
    headers,
    timeoutMs: input.timeout ?? OTEL_TIMEOUT_MS,
  }
}
