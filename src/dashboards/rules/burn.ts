import { httpMetrics } from '../../telemetry/index.ts'
import { select } from '../promql.ts'
import type { Slo } from '../slo.ts'

const { clientCompletedCount, clientRoundtripLatency } = httpMetrics
const BY = 'sum by (namespace, app_id)'

/** Share of bad answers of each app in a window. 0 where none was bad, nothing where none came. */
export function badShare({ apps, withinMs }: Slo, window: string): string {
  const of = { app_id: `=~"${escaped(apps)}"` }
  const rate = (name: string, matchers: Matchers = {}): string =>
    `${BY} (rate(${select(name, { ...of, ...matchers })}[${window}]))`
  if (withinMs === undefined) {
    const all = rate(clientCompletedCount.name)
    return `(${rate(clientCompletedCount.name, { status: '=~"5.."' })} or 0 * ${all}) / (${all} > 0)`
  }
  // OpenMetrics and newer Prometheus write 300.0 where the text format writes 300.
  const fast = rate(`${clientRoundtripLatency.name}_bucket`, { le: `=~"${withinMs}(\\\\.0)?"` })
  return `1 - ${fast} / (${rate(`${clientRoundtripLatency.name}_count`)} > 0)`
}

/** How many times too fast the budget is spent: 1 is as fast as the objective allows. */
export const burnRate = (slo: Slo, window: string): string =>
  `(${badShare(slo, window)}) / ${Number((1 - slo.objective).toPrecision(6))}`

/** The name of its recording rule. */
export const recordedShare = (window: string): string =>
  `app_id:sidelight_slo_bad:ratio_rate${window}`

/** Of a text in PromQL's quotes. */
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')

type Matchers = Readonly<Record<string, string>>
