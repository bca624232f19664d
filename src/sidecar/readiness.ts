/** What the sidecar still waits for. Ready = nothing. */
export interface Readiness {
  waitingFor(): readonly string[]
  isOutboundReady(): boolean
  /** `what` is named in the health answer until the returned function is called. */
  waitFor(what: string): () => void
  /** The API serves; components are up. */
  outboundReady(): void
  /** From now on not ready for good: a stop has begun. */
  stop(): void
}

export function createReadiness(): Readiness {
  const waiting = new Set<string>()
  let outbound = false
  return {
    waitingFor: () => [...waiting],
    isOutboundReady: () => outbound,
    waitFor(what) {
      waiting.add(what)
      return () => waiting.delete(what)
    },
    outboundReady() {
      outbound = true
    },
    stop() {
      outbound = false
      waiting.add('nothing: it is shutting down')
    },
  }
}
