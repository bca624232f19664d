import type { RetryPolicy } from '../../resources/index.ts'

/** What an exponential policy begins with, and what a user cannot set. @see cenkalti/backoff `exponential.go` */
const INITIAL_MS = 500
const MULTIPLIER = 1.5
const RANDOMIZATION = 0.5
const MAX_ELAPSED_MS = 15 * 60_000

/**
 * The pauses of one call, in milliseconds; it ends when no further attempt is made.
 *
 * @param random from 0 up to 1; only an exponential policy asks
 * @param elapsedMs since the call began: an exponential policy gives up after 15 minutes
 * @see dapr/kit `retry/retry.go`
 */
export function* retryDelays(
  { policy, durationMs, maxIntervalMs, maxRetries }: RetryPolicy,
  random: () => number,
  elapsedMs: () => number,
): Generator<number, undefined> {
  let intervalMs = INITIAL_MS
  for (let retry = 0; maxRetries < 0 || retry < maxRetries; retry++) {
    if (policy === 'constant') {
      yield durationMs
      continue
    }
    const delayMs = intervalMs * (1 - RANDOMIZATION + 2 * RANDOMIZATION * random())
    if (elapsedMs() + delayMs > MAX_ELAPSED_MS) return
    yield delayMs
    intervalMs = Math.min(intervalMs * MULTIPLIER, maxIntervalMs)
  }
}
