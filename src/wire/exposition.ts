import type { ExposedSample } from './exposed-sample.ts'
import { METRIC_NAME } from './labels.ts'
import type { Exemplar, HistogramSeries, PageFamily, SingleSeries } from './metric-family.ts'

/**
 * The page that Prometheus scrapes, in its own text format 0.0.4 or as OpenMetrics 1.0.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @see https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 */
export type ExpositionFormat = 'text' | 'openmetrics'

export const EXPOSITION_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** Yields a text for each series, so that whoever sends the page can pause between any two. */
export function* renderExposition(
  families: Iterable<PageFamily>,
  format: ExpositionFormat,
): Generator<string, void, void> {
  const open = format === 'openmetrics'
  for (const family of families) {
    yield open ? openHead(family) : plainHead(family)
    // Where nothing else parses, Dapr's counters keep their names and lose their type.
    const hasExemplars = open && (family.type !== 'counter' || isTotal(family.name))
    for (const series of family.series)
      yield 'bounds' in series
        ? histogramText(family.name, series, hasExemplars)
        : singleText(family.name, series, hasExemplars)
    for (const sample of family.samples ?? []) yield sampleText(sample, hasExemplars)
  }
  if (open) yield '# EOF\n'
}

const isTotal = (name: string): boolean => name.endsWith('_total')

const plainHead = ({ name, help, type }: PageFamily): string =>
  `# HELP ${name} ${escapeText(help)}\n# TYPE ${name} ${type === 'unknown' ? 'untyped' : type}\n`

const UNITS = ['seconds', 'bytes'] as const

/** A counter is named without its `_total` here; one that has none is `unknown`, since a counter must have one. */
function openHead({ name, help, type }: PageFamily): string {
  const isCounter = type === 'counter'
  const isKnown = !isCounter || isTotal(name)
  const family = isCounter && isKnown ? name.slice(0, -'_total'.length) : name
  const unit = UNITS.find((each) => family.endsWith(`_${each}`))
  return [
    `# TYPE ${family} ${isKnown ? type : 'unknown'}\n`,
    unit === undefined ? '' : `# UNIT ${family} ${unit}\n`,
    `# HELP ${family} ${escapeValue(help)}\n`,
  ].join('')
}

function singleText(name: string, series: SingleSeries, hasExemplars: boolean): string {
  const labels = labelText(series.labels)
  const exemplar = hasExemplars ? exemplarText(series.exemplar) : ''
  return `${name}${labels === '' ? '' : `{${labels}}`} ${numberText(series.value)}${exemplar}\n`
}

/** Another's exemplar may have any labels. */
function sampleText({ labels, value, exemplar }: ExposedSample, hasExemplars: boolean): string {
  const { [METRIC_NAME]: name, ...rest } = Object.fromEntries(labels.pairs)
  const text = labelText(rest)
  const end =
    hasExemplars && exemplar !== undefined
      ? ` # {${labelText(Object.fromEntries(exemplar.labels.pairs))}} ${numberText(exemplar.value)}${
          exemplar.timeMs === undefined ? '' : ` ${exemplar.timeMs / 1_000}`
        }`
      : ''
  return `${name}${text === '' ? '' : `{${text}}`} ${numberText(value)}${end}\n`
}

function histogramText(name: string, series: HistogramSeries, hasExemplars: boolean): string {
  const labels = labelText(series.labels)
  const before = labels === '' ? '' : `${labels},`
  const { bounds, counts, exemplars } = series
  let text = ''
  let below = 0
  const bucket = (le: string, count: number, index: number): void => {
    const exemplar = hasExemplars ? exemplarText(exemplars?.[index]) : ''
    text += `${name}_bucket{${before}le="${le}"} ${count}${exemplar}\n`
  }
  for (const [i, bound] of bounds.entries()) {
    below += counts[i] ?? 0
    // The same text in both formats: else a scraper that changes between them would see other series.
    bucket(numberText(bound), below, i)
  }
  bucket('+Inf', series.count, bounds.length)
  const braced = labels === '' ? '' : `{${labels}}`
  return `${text}${name}_sum${braced} ${numberText(series.sum)}\n${name}_count${braced} ${series.count}\n`
}

function labelText(labels: Readonly<Record<string, string | number>>): string {
  let text = ''
  for (const name in labels)
    text += `${text === '' ? '' : ','}${name}="${escapeValue(String(labels[name]))}"`
  return text
}

const exemplarText = (exemplar: Exemplar | undefined): string =>
  exemplar === undefined
    ? ''
    : ` # {trace_id="${exemplar.traceId}",span_id="${exemplar.spanId}"} ${numberText(exemplar.value)} ${exemplar.atUs / 1_000_000}`

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? '+Inf' : '-Inf'
}

const escapeText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')

/** Most have nothing to escape. */
const escapeValue = (text: string): string =>
  /["\\\n]/.test(text) ? escapeText(text).replaceAll('"', '\\"') : text
