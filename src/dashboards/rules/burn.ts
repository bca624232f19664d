import { httpMetrics } from '../../telemetry/index.ts'
import { select } from '../promql.ts'
import type { Slo } from '../slo.ts'

const { clientCompletedCount, clientRoundtripLatency } = httpMetrics
const BY = 'sum by (namespace, app_id)'

/**
 * Share of bad answers of each app in a window. 0 where none was bad, nothing where none came.
 *
 * @param chosen further matchers, for a board
 */
export function badShare({ apps, withinMs }: Slo, window: string, chosen: Matchers = {}): string {
  const rate = (name: string, matchers: Matchers = {}): string =>
    `${BY} (rate(${select(name, { ...of(apps, chosen), ...matchers })}[${window}]))`
  if (withinMs === undefined) {
    const all = rate(clientCompletedCount.name)
    return `(${rate(clientCompletedCount.name, { status: '=~"5.."' })} or 0 * ${all}) / (${all} > 0)`
  }
  const fast = rate(`${clientRoundtripLatency.name}_bucket`, { le: bound(withinMs) })
  return `1 - ${fast} / (${rate(`${clientRoundtripLatency.name}_count`)} > 0)`
}

/** How many times too fast the budget is spent: 1 is as fast as the objective allows. */
export const burnRate = (slo: Slo, window: string, chosen?: Matchers): string =>
  `(${badShare(slo, window, chosen)}) / ${Number((1 - slo.objective).toPrecision(6))}`

/**
 * Apps that nobody can hold to an objective of latency, with the number of their series: their histogram has not its
 * bound, since their Configuration lists others (`latencyDistributionBuckets`).
 */
export function unmeasured({ apps }: Slo, withinMs: number, chosen: Matchers = {}): string {
  const count = (suffix: string, matchers: Matchers = {}): string =>
    `count by (namespace, app_id) (${select(clientRoundtripLatency.name + suffix, { ...of(apps, chosen), ...matchers })})`
  return `${count('_count')} unless ${count('_bucket', { le: bound(withinMs) })}`
}

/** The name of its recording rule. */
export const recordedShare = (window: string): string =>
  `app_id:sidelight_slo_bad:ratio_rate${window}`

const of = (apps: string, { app_id, ...chosen }: Matchers): Matchers => ({
  ...chosen,
  // A label may be matched twice.
  app_id: [`=~"${escaped(apps)}"`, ...(app_id === undefined ? [] : [app_id])].join(', app_id'),
})

/** OpenMetrics and newer Prometheus write 300.0 where the text format writes 300. */
const bound = (ms: number): string => `=~"${ms}(\\\\.0)?"`

/** Of a text in PromQL's quotes. */
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')

type Matchers = Readonly<Record<string, string>>
