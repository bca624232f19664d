const SIGNALS = ['SIGTERM', 'SIGINT'] as const
/** Longer than a sidecar takes, shorter than anybody waits before he kills. */
const PATIENCE_MS = 2_000

/**
 * What waits is sent before the process ends. A signal ends an app that does not listen to it, as it would have without
 * us; one that does ends by itself, and may still have requests to serve.
 */
export function endAtSignals(end: () => Promise<void>, flush: () => Promise<void>): void {
  process.once('beforeExit', () => void end())
  for (const signal of SIGNALS) {
    const listener = (): void => {
      process.removeListener(signal, listener)
      if (process.listenerCount(signal) > 0) {
        process.once(signal, listener)
        void flush().catch(() => undefined)
        return
      }
      const timer = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS).unref())
      void Promise.race([end(), timer]).then(() => {
        process.kill(process.pid, signal)
      })
    }
    process.on(signal, listener)
  }
}
