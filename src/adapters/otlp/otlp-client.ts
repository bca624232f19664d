import type {
  ISerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'

type RequestOf<S> = S extends ISerializer<infer R, unknown> ? R : never

/** What goes out in one call, by signal, as OpenTelemetry's libraries take it. */
export interface OtlpRequests {
  readonly spans: RequestOf<typeof ProtobufTraceSerializer>
  readonly metrics: RequestOf<typeof ProtobufMetricsSerializer>
}
export type OtlpSignalName = keyof OtlpRequests
export type ReadableSpan = OtlpRequests['spans'][number]
export type ResourceMetrics = OtlpRequests['metrics']

/** What a receiver has not taken, while it took the rest. */
export interface Rejected {
  readonly count: number
  readonly reason: string
}

/** What a receiver said to one attempt, whichever the protocol. */
export type OtlpAnswer =
  | { readonly kind: 'taken'; readonly rejected?: Rejected | undefined }
  | { readonly kind: 'no'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string; readonly retryAfterMs?: number }

/** One protocol, for one signal. */
export interface OtlpClient<T> {
  /** One attempt. Never rejects; gives up, as `later`, when the signal fires. */
  send(request: T, signal: AbortSignal): Promise<OtlpAnswer>
  /** Does not wait for calls that are on their way. */
  close(): void
}
