import type { SampleSource, Series } from '../../src/backend/promql/sample-source.ts'
import { type Labels, labelsOf, labelValue } from '../../src/wire/labels.ts'

/** A row: labels as in a query, `up{job="a"}`, and samples with their times in seconds. */
export type SampleRow = readonly [
  series: string,
  samples: readonly (readonly [seconds: number, value: number | 'stale'])[],
]

/** A store that forgets nothing while a test runs. */
export const ROOMY = { maxBytes: 64 * 1024 ** 2, retainMs: 4 * 3_600_000, maxExemplars: 10 }

/** Samples written down by hand, for whoever reads a source. */
export function sampleTable(rows: readonly SampleRow[]): SampleSource {
  const all = rows.map(([series, samples]) => ({ labels: readLabels(series), samples }))
  return {
    *select(matchers, fromMs, toMs) {
      for (const { labels, samples } of all) {
        if (!matchers.every((one) => one.matches(labelValue(labels, one.name)))) continue
        const within = samples.filter(([s]) => s * 1_000 > fromMs && s * 1_000 <= toMs)
        const values = within.flatMap(([s, value]) => (value === 'stale' ? [] : [[s, value]]))
        const series: Series = {
          labels,
          timesMs: Float64Array.from(values, ([seconds]) => (seconds as number) * 1_000),
          values: Float64Array.from(values, ([, value]) => value as number),
          endsMs: within.flatMap(([s, value]) => (value === 'stale' ? [s * 1_000] : [])),
        }
        if (within.length > 0) yield series
      }
    },
  }
}

/** `name{a="b",c="d"}`, without escapes. */
export function readLabels(text: string): Labels {
  const [name = '', rest = ''] = text.split('{')
  const pairs = [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(
    ([, label, value]) => [label as string, value as string] as const,
  )
  return labelsOf([['__name__', name], ...pairs])
}

export const formatLabels = ({ pairs }: Labels): string => {
  const name = pairs.find(([label]) => label === '__name__')?.[1] ?? ''
  const rest = pairs.filter(([label]) => label !== '__name__')
  return `${name}{${rest.map(([label, value]) => `${label}="${value}"`).join(',')}}`
}
