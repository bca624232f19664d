import { messageOf } from '../../base/fault.ts'
import { decodeRetryDelayMs } from '../../wire/otlp-retry-info.ts'
import type { OtlpAnswer } from './otlp-client.ts'

/** gRPC status codes by number. @see https://grpc.io/docs/guides/status-codes/ */
const NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]
const RETRYABLE: ReadonlySet<string> = new Set([
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNAVAILABLE',
  'DATA_LOSS',
])
const MAX_RETRY_AFTER_MS = 60_000

/**
 * A failed call as OTLP means it: `RESOURCE_EXHAUSTED` is "later" only with a `RetryInfo`.
 *
 * @see opentelemetry-proto `docs/specification.md`, "Failures"
 */
export function grpcRefusal(error: unknown, timeoutMs: number): OtlpAnswer {
  const { code, details, metadata } = (error ?? {}) as GrpcError
  const name = typeof code === 'number' ? (NAMES[code] ?? String(code)) : undefined
  // Not an answer: the library itself could not send.
  if (name === undefined) return { kind: 'later', reason: `no answer (${messageOf(error)})` }
  if (name === 'DEADLINE_EXCEEDED')
    return { kind: 'later', reason: `no answer within ${timeoutMs} ms` }
  const reason = `answered ${name}${details ? ` (${details})` : ''}`
  const retryAfterMs = retryAfterOf(metadata)
  if (!RETRYABLE.has(name) && !(name === 'RESOURCE_EXHAUSTED' && retryAfterMs !== undefined))
    return { kind: 'no', reason }
  return { kind: 'later', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

/** What `@grpc/grpc-js` rejects with. */
interface GrpcError {
  readonly code?: unknown
  readonly details?: string
  readonly metadata?: { get(key: string): readonly (string | Buffer)[] }
}

function retryAfterOf(metadata: GrpcError['metadata']): number | undefined {
  const details = metadata?.get('grpc-status-details-bin')[0]
  if (!(details instanceof Uint8Array)) return undefined
  const delayMs = decodeRetryDelayMs(details)
  return delayMs === undefined ? undefined : Math.min(delayMs, MAX_RETRY_AFTER_MS)
}
