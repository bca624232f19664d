import { request as requestHttp, validateHeaderName, validateHeaderValue } from 'node:http'
import { request as requestHttps } from 'node:https'
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { codeOf, messageOf } from '../../base/fault.ts'
import { VERSION } from '../../base/version.ts'
import { type OtlpAnswer, type OtlpClient, rejectedOf } from './otlp-client.ts'
import type { OtlpSettings } from './otlp-settings.ts'
import { type HttpAnswer, postOnce } from './post-once.ts'

const PROTOBUF = 'application/x-protobuf'
/** What OTLP names as "later"; every other status but 2xx is final. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])
const MAX_RETRY_AFTER_MS = 60_000

/** OTLP/HTTP with protobuf. Certificates and compression are those of OpenTelemetry's variables. */
export async function createHttpClient(settings: OtlpSettings, url: URL): Promise<OtlpClient> {
  const target = new URL('/v1/traces', url)
  const { agentFactory, compression } = convertLegacyHttpOptions(
    { url: target.href, timeoutMillis: settings.timeoutMs },
    'TRACES',
    'v1/traces',
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
    async send(spans, signal) {
      const timeout = AbortSignal.timeout(settings.timeoutMs)
      try {
        const body = ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array()
        return answerOf(
          await postOnce(
            (options) => request(target, { ...options, agent, headers }),
            body,
            compression === 'gzip',
            AbortSignal.any([signal, timeout]),
          ),
        )
      } catch (error) {
        if (timeout.aborted)
          return { kind: 'later', reason: `no answer within ${settings.timeoutMs} ms` }
        return { kind: 'later', reason: `no answer (${messageOf(error) || codeOf(error)})` }
      }
    },
    close: () => agent.destroy(),
  }
}

function answerOf({ status, contentType, retryAfter, body }: HttpAnswer): OtlpAnswer {
  if (status >= 200 && status < 300)
    return {
      kind: 'taken',
      ...(contentType.startsWith(PROTOBUF) ? partialOf(body) : {}),
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

function partialOf(body: Uint8Array): ReturnType<typeof rejectedOf> {
  try {
    return rejectedOf(ProtobufTraceSerializer.deserializeResponse(body).partialSuccess)
  } catch {
    // The status says that the spans were taken; an answer in another form says nothing more.
    return {}
  }
}
