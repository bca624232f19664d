import type { ReadableSpan } from './otlp-client.ts'
import type { OtlpResource } from './otlp-settings.ts'

/** As daprd says it. @see dapr `pkg/runtime/trace.go` */
const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.25.0'
const US_PER_SECOND = 1_000_000

/** Who sends, as OpenTelemetry's libraries take it. */
export function toResource({ serviceName, attributes }: OtlpResource): ReadableSpan['resource'] {
  const resource: ReadableSpan['resource'] = {
    attributes: { ...attributes, 'service.name': serviceName },
    schemaUrl: SCHEMA_URL,
    merge: () => resource,
    getRawAttributes: () => Object.entries(resource.attributes),
  }
  return resource
}

/** Seconds and nanoseconds. @param us integer microseconds */
export const toHrTime = (us: number): ReadableSpan['startTime'] => [
  Math.floor(us / US_PER_SECOND),
  (us % US_PER_SECOND) * 1000,
]
