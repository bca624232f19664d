import type { Path } from '../prepare.ts'
import type { SpecInput } from './schema.ts'

/** Where a field was set: a file and line, or a variable such as `$OTEL_EXPORTER_OTLP_ENDPOINT`. */
export interface Place {
  readonly file: string
  /** 1-based. Absent for variables. */
  readonly line?: number
}

/** By path without `spec.`, for example `tracing.samplingRate` or `tracing.sampling.rules.checkout`. */
export type Sources = Readonly<Record<string, Place>>

const FIELDS = [
  'samplingRate',
  'zipkin',
  'otel',
  'stdout',
  'componentSpans',
  'tap',
  'sampling',
] as const

/** Who set what tracing does. */
export function sourcesOf(
  spec: SpecInput,
  placeOf: (path: Path) => Place | undefined,
): Record<string, Place> {
  const sources: Record<string, Place> = {}
  const note = (name: string, path: Path): void => {
    const place = placeOf(path)
    if (place !== undefined) sources[name] = place
  }
  for (const field of FIELDS) note(`tracing.${field}`, ['spec', 'tracing', field])
  for (const list of ['overrides', 'rules'] as const)
    for (const [i, { name }] of (spec.tracing?.sampling?.[list] ?? []).entries())
      note(`tracing.sampling.${list}.${name}`, ['spec', 'tracing', 'sampling', list, i])
  return sources
}
