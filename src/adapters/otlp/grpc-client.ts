import {
  convertLegacyOtlpGrpcOptions,
  createEmptyMetadata,
  createOtlpGrpcExportDelegate,
} from '@opentelemetry/otlp-grpc-exporter-base'
import {
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer'
import { VERSION } from '../../base/version.ts'
import { grpcRefusal } from './grpc-refusal.ts'
import { type OtlpAnswer, type OtlpClient, rejectedOf } from './otlp-client.ts'
import type { OtlpSettings } from './otlp-settings.ts'

const SERVICE = 'TraceExportService'
const METHOD = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const COMPONENT = 'otlp_grpc_span_exporter'
/** Of `ExportResult`. */
const SUCCESS = 0

/** OTLP/gRPC. Certificates and compression are those of OpenTelemetry's variables. */
export function createGrpcClient(settings: OtlpSettings, url: URL): OtlpClient {
  const metadata = createEmptyMetadata()
  for (const [name, value] of Object.entries(settings.headers))
    metadata.set(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value)
  // The scheme decides over TLS; the variables' endpoint and headers are not asked.
  const official = convertLegacyOtlpGrpcOptions(
    { url: url.origin, timeoutMillis: settings.timeoutMs },
    'TRACES',
  )
  const answers = new AnswerReader()
  const delegate = createOtlpGrpcExportDelegate(
    {
      url: official.url,
      timeoutMillis: official.timeoutMillis,
      concurrencyLimit: official.concurrencyLimit,
      compression: official.compression,
      credentials: official.credentials,
      metadata: () => metadata,
      userAgent: `sidelight/${VERSION}`,
    },
    answers,
    COMPONENT,
    TraceExporterMetricsHelper,
    undefined,
    SERVICE,
    METHOD,
  )
  return {
    send: (spans, signal) =>
      new Promise<OtlpAnswer>((resolve) => {
        if (signal.aborted) {
          resolve(GIVEN_UP)
          return
        }
        // The library has no way to call a call back: it goes on to its deadline, unheard.
        const giveUp = (): void => resolve(GIVEN_UP)
        signal.addEventListener('abort', giveUp, { once: true })
        delegate.export(spans, ({ code, error }) => {
          const partial = answers.take()
          signal.removeEventListener('abort', giveUp)
          resolve(
            code === SUCCESS
              ? { kind: 'taken', ...rejectedOf(partial) }
              : grpcRefusal(error, settings.timeoutMs),
          )
        })
      }),
    close() {
      void delegate.shutdown()
    },
  }
}

const GIVEN_UP: OtlpAnswer = {
  kind: 'later',
  reason: 'no answer yet, and it was waited for no longer',
}

type Serializer = typeof ProtobufTraceSerializer
type Response = ReturnType<Serializer['deserializeResponse']>

/**
 * The official serializer, which also holds what the answer said of a partial success: the delegate would only
 * log it. It reads an answer in the same breath in which it reports the call, so the two cannot be mixed up.
 */
class AnswerReader implements Serializer {
  #partial: Response['partialSuccess']

  serializeRequest(spans: Parameters<Serializer['serializeRequest']>[0]): Uint8Array | undefined {
    return ProtobufTraceSerializer.serializeRequest(spans)
  }

  deserializeResponse(data: Uint8Array): Response {
    const response = ProtobufTraceSerializer.deserializeResponse(data)
    this.#partial = response.partialSuccess
    return response
  }

  take(): Response['partialSuccess'] {
    const partial = this.#partial
    this.#partial = undefined
    return partial
  }
}
