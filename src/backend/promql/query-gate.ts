/** Lets a few in at a time; the others wait in the order in which they came. */
export interface QueryGate {
  run<T>(task: () => Promise<T>): Promise<T>
}

export function createQueryGate(limit: number): QueryGate {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async run(task) {
      if (running < limit) running++
      // Who leaves hands over the place.
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await task()
      } finally {
        const next = waiting.shift()
        if (next === undefined) running--
        else next()
      }
    },
  }
}
