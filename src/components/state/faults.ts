import { Fault } from '../../base/fault.ts'

/** The faults of a state store. None names a key: messages reach spans and logs. */
export const stateFaults = {
  /** The record is another than the writer believes. Reading it again and repeating the change is the cure. */
  etagMismatch: (reason: string) => new Fault('STATE_ETAG_MISMATCH', reason),
  /** No store of this kind can have given this ETag. */
  etagInvalid: (reason: string) => new Fault('STATE_ETAG_INVALID', reason),
  /** It may or may not have been written. Only the caller can tell whether repeating it does harm. */
  outcomeUnknown: (reason: string, cause?: unknown) =>
    new Fault('STATE_OUTCOME_UNKNOWN', reason, { cause }),
} as const
