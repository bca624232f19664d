import type {
  CounterDefinition,
  HistogramDefinition,
  MetricDefinition,
} from '../telemetry/index.ts'

/** Labels that a scrape adds to what a sidecar says. */
type ScrapeLabel = 'app_id' | 'namespace' | 'instance' | 'job'

/** PromQL's own words by label, for example `{ status: '=~"5.."' }`. */
export type Matchers<L extends string> = Readonly<Partial<Record<L | ScrapeLabel, string>>>

/** What the reader of a board has chosen; with All, series without the label are in, too. */
export const CHOSEN = { namespace: '=~"$namespace"', app_id: '=~"$app_id"' } as const
export const WINDOW = '$__rate_interval'

/** A selector of the chosen apps. A metric or label that is not declared does not compile. */
export const of = <L extends string>(metric: MetricDefinition<L>, matchers?: Matchers<L>): string =>
  select(metric.name, { ...CHOSEN, ...matchers })

export const select = (
  name: string,
  matchers: Readonly<Record<string, string | undefined>>,
): string =>
  `${name}{${Object.entries(matchers)
    .map(([label, match]) => label + match)
    .join(', ')}}`

/** Per second. */
export const rate = <L extends string>(
  metric: CounterDefinition<L>,
  matchers?: Matchers<L>,
): string => `rate(${of(metric, matchers)}[${WINDOW}])`

/** Per second, whatever was chosen: of what knows no app. */
export const rateOfAll = ({ name }: CounterDefinition): string => `rate(${name}[${WINDOW}])`

export const sum = (expr: string, ...by: readonly string[]): string => aggregate('sum', expr, by)
export const max = (expr: string, ...by: readonly string[]): string => aggregate('max', expr, by)

const aggregate = (operator: string, expr: string, by: readonly string[]): string =>
  `${operator}${by.length === 0 ? '' : ` by (${by.join(', ')}) `}(${expr})`

/** @param q 0 to 1 */
export const quantile = <L extends string>(
  q: number,
  metric: HistogramDefinition<L>,
  by: readonly (NoInfer<L> | ScrapeLabel)[] = [],
  matchers?: Matchers<L>,
): string => `histogram_quantile(${q}, ${buckets(metric, by, matchers)})`

/** Observations per second by bucket. */
export const buckets = <L extends string>(
  metric: HistogramDefinition<L>,
  by: readonly (NoInfer<L> | ScrapeLabel)[] = [],
  matchers?: Matchers<L>,
): string =>
  sum(
    `rate(${select(`${metric.name}_bucket`, { ...CHOSEN, ...matchers })}[${WINDOW}])`,
    'le',
    ...by,
  )

/** Observations per second. */
export const observed = <L extends string>(
  metric: HistogramDefinition<L>,
  matchers?: Matchers<L>,
): string => `rate(${select(`${metric.name}_count`, { ...CHOSEN, ...matchers })}[${WINDOW}])`

/** 0 where there is a whole and no part of it. Both have the same labels. */
export const orNone = (part: string, whole: string): string => `${part} or 0 * ${whole}`

/** The part of a sum that matches: 0 where none does, nothing where there is no whole. Both have the same labels. */
export const share = (part: string, whole: string): string =>
  `(${orNone(part, whole)}) / (${whole} > 0)`

/** How often it was counted in the last hour. Prometheus takes it to the hour's ends, which leaves a fraction. */
export const lastHour = <L extends string>(
  metric: CounterDefinition<L>,
  matchers: Matchers<L>,
  ...by: readonly string[]
): string => `round(${sum(`increase(${of(metric, matchers)}[1h])`, ...by)})`
