import type { Labels } from '../../wire/labels.ts'
import type { Matcher } from './matchers.ts'

/** Samples of one series, ascending in time. Both lists have one length. */
export interface Series {
  readonly labels: Labels
  /** Integer milliseconds since the epoch. */
  readonly timesMs: Float64Array
  readonly values: Float64Array
  /** When it went stale, ascending: from there to the next sample it has no value. */
  readonly endsMs: readonly number[]
}

/** Where the evaluator reads from. */
export interface SampleSource {
  /**
   * Every series that all matchers accept, with its samples after `fromMs` up to `toMs`, and one whose samples
   * lie elsewhere not at all. Each is read when it is asked for, so that a long answer can be taken in parts.
   */
  select(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<Series>
}
