/** Tells those who wait for a message that there may be one. */
export interface Bell {
  /** @param topic absent: of any */
  ring(topic?: string): void
  /** @returns ends it */
  listen(topic: string, wake: () => void): () => void
}

export function createBell(): Bell {
  const listeners = new Map<() => void, string>()
  return {
    ring(topic) {
      for (const [wake, of] of [...listeners]) if (topic === undefined || topic === of) wake()
    },
    listen(topic, wake) {
      // A function of its own, should the same one come twice.
      const own = (): void => wake()
      listeners.set(own, topic)
      return () => {
        listeners.delete(own)
      }
    },
  }
}
