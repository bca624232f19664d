/**
 * Metrics as a page for scrapers shows them, whatever library has recorded them.
 */

import type { ExposedSample } from './exposed-sample.ts'

/** A metric with its series. */
export interface MetricFamily {
  /** As declared, a counter's `_total` included. */
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** When it began to count: integer microseconds since the epoch. A Configuration that changes it begins anew. */
  readonly startUs: number
  /** Read one after the other, each when it is rendered: a page of many takes more than one turn to make. */
  readonly series: Iterable<MetricSeries>
}

/** A metric on a page that may have lines of somebody else's, too. */
export interface PageFamily extends Omit<MetricFamily, 'type'> {
  /** The last two are never ours. */
  readonly type: MetricFamily['type'] | 'summary' | 'unknown'
  /** They stand behind the series, as they are. */
  readonly samples?: readonly ExposedSample[]
}

export type MetricSeries = SingleSeries | HistogramSeries

interface LabelledSeries {
  readonly labels: Readonly<Record<string, string | number>>
}

/** Of a counter or a gauge. */
export interface SingleSeries extends LabelledSeries {
  readonly value: number
  readonly exemplar?: Exemplar | undefined
}

export interface HistogramSeries extends LabelledSeries {
  /** Upper bounds, ascending, without +Inf. */
  readonly bounds: readonly number[]
  /** Samples of each bucket alone, by the index of its bound. */
  readonly counts: readonly number[]
  readonly sum: number
  readonly count: number
  /** By the index of the bound; +Inf is last. */
  readonly exemplars?: readonly (Exemplar | undefined)[] | undefined
}

/** One sample of a series, and the exported span that it was taken in. */
export interface Exemplar {
  /** 32 and 16 lowercase hex digits. */
  readonly traceId: string
  readonly spanId: string
  readonly value: number
  /** Integer microseconds since the epoch. */
  readonly atUs: number
}
