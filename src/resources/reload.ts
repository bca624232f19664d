import type { Problem } from '../base/problem.ts'

/** What became of a reading of files that are watched. */
export interface Reload {
  readonly result: 'applied' | 'unchanged' | 'rejected'
  /** Why it was rejected; or warnings, each with `severity: 'warning'`. */
  readonly problems: readonly Problem[]
  /** Epoch microseconds. */
  readonly atUs: number
  /** The reading before was rejected: this one ends the bad state. */
  readonly recovered?: true
}
