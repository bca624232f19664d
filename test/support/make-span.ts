import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'

export const TRACE_ID = '463ac35c9f6413ad48485a3953bb6124'

/** A 16-digit span id from a short name made of hex digits: `a` → `000000000000000a`. */
export const spanId = (name: string): string => name.padStart(16, '0')

/** A span of a service from `startUs` for `durationUs`; times are small, since only differences count. */
export function makeSpan(
  name: string,
  service: string,
  [startUs, durationUs]: readonly [number, number],
  more: Omit<Partial<ZipkinSpan>, 'parentId'> & { parent?: string } = {},
): ZipkinSpan {
  const { parent, ...fields } = more
  return {
    traceId: TRACE_ID,
    id: spanId(name),
    name: `work ${name}`,
    timestamp: startUs,
    duration: durationUs,
    localEndpoint: { serviceName: service },
    ...(parent === undefined ? {} : { parentId: spanId(parent) }),
    ...fields,
  }
}

/** The same span without the fields named. */
export function without(span: ZipkinSpan, ...fields: (keyof ZipkinSpan)[]): ZipkinSpan {
  const entries = Object.entries(span).filter(([key]) => !fields.some((field) => field === key))
  return { traceId: span.traceId, id: span.id, ...Object.fromEntries(entries) }
}
