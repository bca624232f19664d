import { Fault, messageOf } from '../../base/fault.ts'
import { maskCredentials } from '../../base/mask-credentials.ts'
import type { Exporter, ExportOutcome } from '../../telemetry/index.ts'
import type { OtlpAnswer, OtlpClient } from './otlp-client.ts'
import type { OtlpResource, OtlpSettings } from './otlp-settings.ts'
import { createSpanConverter } from './to-readable-span.ts'

export type OtlpExporter = Exporter & AsyncDisposable

/** Shorter values are words that stand in any text. */
const MIN_SECRET_LENGTH = 4
/** Of a receiver's own words. */
const MAX_REASON_LENGTH = 300

/**
 * An exporter that speaks OTLP. Loads the protocol's libraries on the way.
 *
 * @throws Fault `OTLP_SETTINGS_INVALID` the address or a header is none
 */
export async function createOtlpExporter(
  settings: OtlpSettings,
  resource: OtlpResource,
): Promise<OtlpExporter> {
  const url = urlOf(settings)
  const client = await createClient(settings, url)
  const toReadableSpan = createSpanConverter(resource)
  const receiver = maskCredentials(url.origin)
  const secrets = Object.values(settings.headers).filter(
    (value) => value.length >= MIN_SECRET_LENGTH,
  )
  const clean = (text: string): string =>
    secrets
      .reduce((masked, secret) => masked.replaceAll(secret, '***'), maskCredentials(text))
      .slice(0, MAX_REASON_LENGTH)
  return {
    async export(spans, signal) {
      try {
        const answer = await client.send(spans.map(toReadableSpan), signal)
        return outcomeOf(answer, (reason) => clean(`${receiver}: ${reason}`))
      } catch (error) {
        // A span that the serializer cannot take would stop the queue for ever.
        return { kind: 'refused', reason: clean(`cannot be written as OTLP: ${messageOf(error)}`) }
      }
    },
    async [Symbol.asyncDispose]() {
      client.close()
    },
  }
}

/** Each protocol in a file of its own: what is not used is not loaded. */
async function createClient(settings: OtlpSettings, url: URL): Promise<OtlpClient> {
  try {
    if (settings.protocol === 'grpc')
      return (await import('./grpc-client.ts')).createGrpcClient(settings, url)
    return await (await import('./http-client.ts')).createHttpClient(settings, url)
  } catch (cause) {
    throw new Fault(
      'OTLP_SETTINGS_INVALID',
      `OTLP to ${maskCredentials(url.origin)} cannot be set up; check the names of its headers (${Object.keys(settings.headers).join(', ') || 'none'}) and the files that OTEL_EXPORTER_OTLP_CERTIFICATE and its like name`,
      { cause },
    )
  }
}

function urlOf({ endpointAddress, isSecure }: OtlpSettings): URL {
  const scheme = isSecure ? 'https' : 'http'
  try {
    const url = new URL(`${scheme}://${endpointAddress}`)
    if (url.host !== '' && url.pathname === '/' && url.search === '' && url.hash === '') return url
  } catch {
    // Said below.
  }
  throw new Fault(
    'OTLP_SETTINGS_INVALID',
    `an OTLP endpoint is host:port, without scheme and path, such as otel-collector:4317; it is ${JSON.stringify(maskCredentials(endpointAddress))}`,
  )
}

function outcomeOf(answer: OtlpAnswer, explain: (reason: string) => string): ExportOutcome {
  if (answer.kind === 'no') return { kind: 'refused', reason: explain(answer.reason) }
  if (answer.kind === 'taken') {
    if (answer.rejected === undefined) return { kind: 'exported' }
    const { spans, reason } = answer.rejected
    return {
      kind: 'exported',
      rejected: { spans, reason: explain(`refused ${spans} spans: ${reason}`) },
    }
  }
  const { retryAfterMs } = answer
  return {
    kind: 'failed',
    reason: explain(answer.reason),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}
