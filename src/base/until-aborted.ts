import { onAbort } from './on-abort.ts'

/** The promise's outcome, or the signal's reason if that fires first. What comes afterwards is nobody's. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const endWait = onAbort(signal, () => reject(signal.reason))
    promise.then(resolve, reject).finally(endWait)
  })
}
