import type { Labels } from './labels.ts'

/** One line of a scrape that has a value. */
export interface ExposedSample {
  /** The metric's name is one of them. */
  readonly labels: Labels
  readonly value: number
  /** Integer milliseconds since the epoch. Absent = the time of the scrape. */
  readonly timeMs?: number
  readonly exemplar?: ExposedExemplar
}

/** One observation of many, with the trace that it belongs to. OpenMetrics only. */
export interface ExposedExemplar {
  readonly labels: Labels
  readonly value: number
  readonly timeMs?: number
}

export interface MetricMetadata {
  /** `counter`, `gauge`, `histogram`, `summary`, `unknown` … */
  readonly type: string
  /** Empty when the text has none. */
  readonly help: string
  /** Empty when the text has none. */
  readonly unit: string
}
