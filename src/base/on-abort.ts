/** Who waits for each signal. A signal has one listener of its own, however many wait: Node warns of a leak beyond ten. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `listener` once when the signal fires; at once if it has.
 *
 * @returns ends the wait
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener()
    return () => undefined
  }
  // One of its own for each wait, so that the same function may wait twice.
  const call = (): void => listener()
  const listeners = waiting.get(signal) ?? begin(signal)
  listeners.add(call)
  return () => void listeners.delete(call)
}

function begin(signal: AbortSignal): Set<() => void> {
  const listeners = new Set<() => void>()
  waiting.set(signal, listeners)
  signal.addEventListener(
    'abort',
    () => {
      const all = [...listeners]
      listeners.clear()
      for (const listener of all) listener()
    },
    { once: true },
  )
  return listeners
}
