import { Fault, messageOf } from '../../base/fault.ts'
import { maskCredentials } from '../../base/mask-credentials.ts'
import type { OtlpClient, OtlpRequests, OtlpSignalName } from './otlp-client.ts'
import type { OtlpSettings } from './otlp-settings.ts'

/** Shorter values are words that stand in any text. */
const MIN_SECRET_LENGTH = 4
/** Of a receiver's own words. */
const MAX_REASON_LENGTH = 300
const UNITS: Readonly<Record<OtlpSignalName, string>> = { spans: 'spans', metrics: 'data points' }

/**
 * Sends one signal by OTLP, with reasons that people may read: they name the receiver and the cause, and hold no value
 * of a header. Loads the protocol's libraries on the way.
 *
 * @throws Fault `OTLP_SETTINGS_INVALID` the address or a header is none
 */
export async function createOtlpSender<S extends OtlpSignalName>(
  settings: OtlpSettings,
  signal: S,
): Promise<OtlpClient<OtlpRequests[S]>> {
  const url = urlOf(settings)
  const client = await createClient(settings, url, signal)
  const receiver = maskCredentials(url.origin)
  const secrets = Object.values(settings.headers).filter(
    (value) => value.length >= MIN_SECRET_LENGTH,
  )
  const explain = (reason: string): string =>
    secrets
      .reduce(
        (masked, secret) => masked.replaceAll(secret, '***'),
        maskCredentials(`${receiver}: ${reason}`),
      )
      .slice(0, MAX_REASON_LENGTH)
  return {
    async send(request, abort) {
      try {
        const answer = await client.send(request, abort)
        if (answer.kind !== 'taken') return { ...answer, reason: explain(answer.reason) }
        if (answer.rejected === undefined) return answer
        const { count, reason } = answer.rejected
        const refusal = explain(`refused ${count} ${UNITS[signal]}: ${reason}`)
        return { kind: 'taken', rejected: { count, reason: refusal } }
      } catch (error) {
        // What the serializer cannot take would come again for ever.
        return { kind: 'no', reason: explain(`cannot be written as OTLP: ${messageOf(error)}`) }
      }
    },
    close: client.close,
  }
}

/** Each protocol in a file of its own: what is not used is not loaded. */
async function createClient<S extends OtlpSignalName>(
  settings: OtlpSettings,
  url: URL,
  name: S,
): Promise<OtlpClient<OtlpRequests[S]>> {
  try {
    const signal = (await import('./otlp-signals.ts')).otlpSignals[name]
    if (settings.protocol === 'grpc')
      return (await import('./grpc-client.ts')).createGrpcClient(settings, url, signal)
    return await (await import('./http-client.ts')).createHttpClient(settings, url, signal)
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
