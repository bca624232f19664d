import { request as requestHttp, validateHeaderName, validateHeaderValue } from 'node:http'
import { request as requestHttps } from 'node:https'
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http'
import { codeOf, messageOf } from '../../base/fault.ts'
import { VERSION } from '../../base/version.ts'
import type { OtlpAnswer, OtlpClient, Rejected } from './otlp-client.ts'
import type { OtlpSettings } from './otlp-settings.ts'
import type { OtlpSignal } from './otlp-signals.ts'
import { type HttpAnswer, postOnce } from './post-once.ts'

const PROTOBUF = 'application/x-protobuf'
/** What OTLP names as "later"; every other status but 2xx is final. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])
const MAX_RETRY_AFTER_MS = 60_000

/** OTLP/HTTP with protobuf. Certificates and compression are those of OpenTelemetry's variables. */
export async function createHttpClient<T>(
  settings: OtlpSettings,
  url: URL,
  { variable, path, encode, decodeRejected }: OtlpSignal<T>,
): Promise<OtlpClient<T>> {
  const target = new URL(settings.path ?? path, url)
  const { agentFactory, compression } = convertLegacyHttpOptions(
    { url: target.href, timeoutMillis: settings.timeoutMs },
    variable,
    path,
    {},
  )
  const headers: Record<string, string> = {
    ...settings.headers,
    'User-Agent': `sidelight/${VERSION}`,
    'Content-Type': PROTOBUF,
  }
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  }
  const agent = await agentFactory(target.protocol)
  const request = target.protocol === 'https:' ? requestHttps : requestHttp
  return {
    async send(message, signal) {
      const timeout = AbortSignal.timeout(settings.timeoutMs)
      try {
        const answer = await postOnce(
          (options) => request(target, { ...options, agent, headers }),
          encode(message),
          compression === 'gzip',
          AbortSignal.any([signal, timeout]),
        )
        return answerOf(answer, decodeRejected)
      } catch (error) {
        if (timeout.aborted)
          return { kind: 'later', reason: `no answer within ${settings.timeoutMs} ms` }
        return { kind: 'later', reason: `no answer (${messageOf(error) || codeOf(error)})` }
      }
    },
    close: () => agent.destroy(),
  }
}

function answerOf(
  { status, contentType, retryAfter, body }: HttpAnswer,
  decodeRejected: (answer: Uint8Array) => Rejected | undefined,
): OtlpAnswer {
  if (status >= 200 && status < 300)
    return {
      kind: 'taken',
      rejected: contentType.startsWith(PROTOBUF) ? saidOf(body, decodeRejected) : undefined,
    }
  const reason = `answered ${status}`
  if (!RETRYABLE.has(status)) return { kind: 'no', reason }
  if (retryAfter === undefined || !/^\d+$/.test(retryAfter)) return { kind: 'later', reason }
  return {
    kind: 'later',
    reason,
    retryAfterMs: Math.min(Number(retryAfter) * 1000, MAX_RETRY_AFTER_MS),
  }
}

function saidOf(
  body: Uint8Array,
  decodeRejected: (answer: Uint8Array) => Rejected | undefined,
): Rejected | undefined {
  try {
    return decodeRejected(body)
  } catch {
    // The status says that all was taken; an answer in another form says nothing more.
    return undefined
  }
}
