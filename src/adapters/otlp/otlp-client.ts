import type { ISerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'

/** A span as OpenTelemetry's libraries take it. */
export type ReadableSpan =
  typeof ProtobufTraceSerializer extends ISerializer<(infer S)[], unknown> ? S : never

/** What a receiver said to one attempt, whichever the protocol. */
export type OtlpAnswer =
  | {
      readonly kind: 'taken'
      readonly rejected?: { readonly spans: number; readonly reason: string }
    }
  | { readonly kind: 'no'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string; readonly retryAfterMs?: number }

/** One protocol. */
export interface OtlpClient {
  /** One attempt. Never rejects; gives up, as `later`, when the signal fires. */
  send(spans: ReadableSpan[], signal: AbortSignal): Promise<OtlpAnswer>
  /** Does not wait for calls that are on their way. */
  close(): void
}

/** A partial success as the serializer reads it; absent when all was taken. */
export function rejectedOf(
  partial: { readonly rejectedSpans?: number; readonly errorMessage?: string } | undefined,
): { rejected?: { spans: number; reason: string } } {
  const spans = partial?.rejectedSpans ?? 0
  return spans > 0 ? { rejected: { spans, reason: partial?.errorMessage ?? '' } } : {}
}
