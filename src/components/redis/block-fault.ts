import { Fault } from '../../base/fault.ts'

/**
 * A fault of the link in the words of a block: `<block>_UNAVAILABLE` has done nothing, `<block>_OUTCOME_UNKNOWN` may be
 * done. Anything else is passed on.
 *
 * @param maybe what may have happened, for example `the lock may or may not be held`
 */
export function blockFault(block: string, error: unknown, maybe?: string): unknown {
  if (!(error instanceof Fault) || !error.code.startsWith('REDIS_')) return error
  if (maybe !== undefined && error.code === 'REDIS_LOST')
    return new Fault(`${block}_OUTCOME_UNKNOWN`, `${error.message}: ${maybe}`, { cause: error })
  const { message, retryable } = error
  return new Fault(`${block}_UNAVAILABLE`, message, { cause: error, retryable })
}
