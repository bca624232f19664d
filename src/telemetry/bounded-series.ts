import { pipelineMetrics } from './catalogue.ts'
import type { MetricsRegistry } from './metrics.ts'

/** More series than this a family are recorded under {@link OVERFLOW}: memory stays bounded. */
const MAX_SERIES = 1_000
const OVERFLOW = '{overflow}'

/**
 * Holds series by their label values, so that a request looks one key up instead of building labels. Every sample
 * that finds no room is counted.
 *
 * @param family what `sidelight_metrics_overflow_total` calls it
 * @param make makes the series of one set of label values
 * @returns gives the series of an unbounded value (a path, a topic) and bounded ones (method, status)
 */
export function holdSeries<S>(
  registry: MetricsRegistry,
  family: string,
  make: (unbounded: string, ...bounded: string[]) => S,
): (unbounded: string, ...bounded: string[]) => S {
  const held = new Map<string, S>()
  const overflow = registry.counter(pipelineMetrics.seriesOverflow).with({ metric: family })
  return (unbounded, ...bounded) => {
    const rest = bounded.join(' ')
    const key = `${rest} ${unbounded}`
    const known = held.get(key)
    if (known !== undefined) return known
    const full = held.size >= MAX_SERIES && unbounded !== OVERFLOW
    if (full) overflow.inc()
    const value = full ? OVERFLOW : unbounded
    const heldKey = `${rest} ${value}`
    const series = held.get(heldKey) ?? make(value, ...bounded)
    held.set(heldKey, series)
    return series
  }
}
