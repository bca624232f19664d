import {
  convertLegacyOtlpGrpcOptions,
  createEmptyMetadata,
  createOtlpGrpcExportDelegate,
} from '@opentelemetry/otlp-grpc-exporter-base'
import { VERSION } from '../../base/version.ts'
import { grpcRefusal } from './grpc-refusal.ts'
import type { OtlpAnswer, OtlpClient, Rejected } from './otlp-client.ts'
import type { OtlpSettings } from './otlp-settings.ts'
import type { OtlpSignal } from './otlp-signals.ts'

/** Of `ExportResult`. */
const SUCCESS = 0

/** OTLP/gRPC. Certificates and compression are those of OpenTelemetry's variables. */
export function createGrpcClient<T>(
  settings: OtlpSettings,
  url: URL,
  { variable, component, helper, service, method, encode, decodeRejected }: OtlpSignal<T>,
): OtlpClient<T> {
  const metadata = createEmptyMetadata()
  for (const [name, value] of Object.entries(settings.headers))
    metadata.set(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value)
  // The scheme decides over TLS; the variables' endpoint and headers are not asked.
  const official = convertLegacyOtlpGrpcOptions(
    { url: url.origin, timeoutMillis: settings.timeoutMs },
    variable,
  )
  /**
   * What the answer says of a partial success, which the delegate would only log. It is read in the same breath in
   * which the call is reported, so that two calls cannot be mixed up.
   */
  let rejected: Rejected | undefined
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
    {
      serializeRequest: encode,
      deserializeResponse(answer) {
        rejected = decodeRejected(answer)
        return {}
      },
    },
    component,
    helper,
    undefined,
    service,
    method,
  )
  return {
    send: (request, signal) =>
      new Promise<OtlpAnswer>((resolve) => {
        if (signal.aborted) {
          resolve(GIVEN_UP)
          return
        }
        // The library has no way to call a call back: it goes on to its deadline, unheard.
        const giveUp = (): void => resolve(GIVEN_UP)
        signal.addEventListener('abort', giveUp, { once: true })
        delegate.export(request, ({ code, error }) => {
          const partial = rejected
          rejected = undefined
          signal.removeEventListener('abort', giveUp)
          resolve(
            code === SUCCESS
              ? { kind: 'taken', rejected: partial }
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
