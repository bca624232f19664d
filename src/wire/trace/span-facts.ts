import type { ZipkinSpan } from '../zipkin-span.ts'

/** The service that recorded the span; a span without one is shown under this word. */
export const serviceOf = (span: ZipkinSpan): string => span.localEndpoint?.serviceName ?? 'unknown'

/** A span failed when it has an `error` tag, whatever its value (Zipkin's rule), or OTel's status says so. */
export const isError = (span: ZipkinSpan): boolean =>
  span.tags !== undefined &&
  (span.tags.error !== undefined || span.tags['otel.status_code'] === 'ERROR')

const STATUS_TAGS = [
  'http.response.status_code',
  'http.status_code',
  'dapr.status_code',
  'rpc.grpc.status_code',
  'grpc.status_code',
]

/** The protocol's status as recorded, for example `500`, or `undefined`. */
export function statusOf(span: ZipkinSpan): string | undefined {
  for (const tag of STATUS_TAGS) {
    const value = span.tags?.[tag]
    if (value !== undefined && value !== '') return value
  }
  return undefined
}

/** Why the span failed, in the best words it carries. `undefined` when it did not fail. */
export function errorMessageOf(span: ZipkinSpan): string | undefined {
  if (!isError(span)) return undefined
  const tags = span.tags ?? {}
  for (const words of [tags.error, tags['otel.status_description'], tags['error.message']])
    if (words !== undefined && words !== '' && words !== 'true') return words
  const status = statusOf(span)
  return status === undefined ? 'failed without a message' : `status ${status}`
}
