import { Fault } from '../../../base/fault.ts'

const CODES: Readonly<Record<string, string>> = {
  SQLITE_UNKNOWN: 'PUBSUB_OUTCOME_UNKNOWN',
  SQLITE_FULL: 'PUBSUB_FULL',
}

/** The database's faults in the words of the contract. */
export function pubsubFault(error: unknown): unknown {
  if (!(error instanceof Fault) || !error.code.startsWith('SQLITE_')) return error
  const { code, message, retryable } = error
  return new Fault(CODES[code] ?? 'PUBSUB_UNAVAILABLE', message, { cause: error, retryable })
}
