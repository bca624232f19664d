import type { Labels } from '../../../wire/labels.ts'
import type { InstantResult, Points } from '../../promql/evaluate.ts'
import type { TurnTaker } from '../../promql/turn-taker.ts'

/** Written in one go: a millisecond or two. */
const POINTS_AT_ONCE = 2_000

/**
 * A result as Prometheus writes it: `{"resultType":"vector","result":[…]}`. Others are served on the way, since an
 * answer may have millions of points.
 */
export async function formatResult(result: InstantResult, turns: TurnTaker): Promise<string> {
  return `{"resultType":"${result.type}","result":${await formatValue(result, turns)}}`
}

async function formatValue(result: InstantResult, turns: TurnTaker): Promise<string> {
  if (result.type === 'scalar') return formatPoint(result.timeMs, result.value)
  if (result.type === 'string')
    return `[${formatTime(result.timeMs)},${JSON.stringify(result.value)}]`
  const parts: string[] = []
  if (result.type === 'matrix')
    for (const points of result.series)
      parts.push(
        `{"metric":${formatLabels(points.labels)},"values":[${await formatPoints(points, turns)}]}`,
      )
  else
    for (const { labels, value } of result.samples) {
      parts.push(`{"metric":${formatLabels(labels)},"value":${formatPoint(result.timeMs, value)}}`)
      if (turns.isDue()) await turns.rest()
    }
  return `[${parts.join(',')}]`
}

async function formatPoints({ timesMs, values }: Points, turns: TurnTaker): Promise<string> {
  const parts: string[] = []
  for (let i = 0; i < timesMs.length; i++) {
    parts.push(formatPoint(timesMs[i] as number, values[i] as number))
    if (i % POINTS_AT_ONCE === 0 && turns.isDue()) await turns.rest()
  }
  return parts.join(',')
}

export const formatLabels = ({ pairs }: Labels): string =>
  `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`

const formatPoint = (timeMs: number, value: number): string =>
  `[${formatTime(timeMs)},"${formatNumber(value)}"]`

/** Seconds, with three digits behind the point or without one. */
export function formatTime(timeMs: number): string {
  const whole = Math.trunc(timeMs / 1_000)
  const rest = Math.abs(timeMs % 1_000)
  const sign = timeMs < 0 && whole === 0 ? '-' : ''
  return rest === 0 ? `${whole}` : `${sign}${whole}.${String(rest).padStart(3, '0')}`
}

/** As Go writes it: `+Inf`, `-0`, `1e-07`. */
export function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  if (Object.is(value, -0)) return '-0'
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2')
}
