import type { ExposedSample, MetricMetadata } from '../../wire/exposed-sample.ts'
import { type LabelPair, labelsOf, METRIC_NAME } from '../../wire/labels.ts'
import type { PageFamily } from '../../wire/metric-family.ts'
import type { Exposition } from '../../wire/parse-exposition.ts'

/** What tells the app's series from those of the sidecar. */
const SOURCE: LabelPair = ['source', 'app']
/** Where the app has that label itself, as Prometheus does it. */
const EXPORTED_SOURCE = 'exported_source'

const SUFFIXES = ['_bucket', '_sum', '_count', '_total', '_info'] as const
const TYPES = ['counter', 'gauge', 'histogram', 'summary'] as const

/** @returns `undefined` for a page that says a series twice: then nothing of it can be trusted */
export function familiesOf({ samples, metadata }: Exposition): readonly PageFamily[] | undefined {
  const families = new Map<string, PageFamily & { readonly samples: ExposedSample[] }>()
  const seen = new Set<string>()
  for (const sample of samples) {
    if (seen.has(sample.labels.key)) return undefined
    seen.add(sample.labels.key)
    const name = nameOf(sample)
    // A moment of birth is no series to Prometheus' text format.
    if (name.endsWith('_created') && metadata.has(name.slice(0, -'_created'.length))) continue
    const described = describedAs(name, metadata)
    const { type, help } = metadata.get(described) ?? { type: 'unknown', help: '' }
    const isCounter = type === 'counter'
    const key = isCounter ? name : described
    let family = families.get(key)
    if (family === undefined) {
      family = {
        name: key,
        help,
        type: TYPES.find((each) => each === type) ?? 'unknown',
        startUs: 0,
        series: [],
        samples: [],
      }
      families.set(key, family)
    }
    family.samples.push(marked(sample))
  }
  return [...families.values()]
}

/**
 * One page of both: families of one name are one, the app's series behind ours. Those of another type than ours are
 * left out.
 */
export function mergeFamilies(
  own: readonly PageFamily[],
  ofApp: readonly PageFamily[],
): { readonly families: readonly PageFamily[]; readonly dropped: number } {
  const left = new Map(ofApp.map((family) => [family.name, family]))
  let dropped = 0
  const families = own.map((family) => {
    const more = left.get(family.name)
    if (more === undefined) return family
    left.delete(family.name)
    if (more.type === family.type) return { ...family, samples: more.samples ?? [] }
    dropped++
    return family
  })
  return { families: [...families, ...left.values()], dropped }
}

const nameOf = ({ labels }: ExposedSample): string =>
  labels.pairs.find(([name]) => name === METRIC_NAME)?.[1] ?? ''

function describedAs(name: string, metadata: ReadonlyMap<string, MetricMetadata>): string {
  if (metadata.has(name)) return name
  for (const suffix of SUFFIXES)
    if (name.endsWith(suffix) && metadata.has(name.slice(0, -suffix.length)))
      return name.slice(0, -suffix.length)
  return name
}

const marked = ({ labels, value, exemplar }: ExposedSample): ExposedSample => ({
  labels: labelsOf([
    ...labels.pairs.map(
      ([name, text]): LabelPair => [name === SOURCE[0] ? EXPORTED_SOURCE : name, text],
    ),
    SOURCE,
  ]),
  value,
  ...(exemplar === undefined ? {} : { exemplar }),
})
