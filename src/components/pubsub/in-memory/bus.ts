import { onAbort } from '../../../base/on-abort.ts'
import type { IncomingMessage, OutgoingMessage } from '../contract.ts'

/** Where messages of one component go, in one process: each group gets each message once. */
export interface Bus {
  publish(message: OutgoingMessage, nowMs: number): boolean
  /** @param topic may end in `*`, which stands for any text */
  group(topic: string, consumerId: string): Group
}

/** The messages that wait for the members of one group. */
export interface Group {
  /** The next one; waits for it. `undefined` when `signal` fires. */
  take(signal: AbortSignal): Promise<IncomingMessage | undefined>
  join(): void
  leave(): void
}

/** Of one group. A publisher that outruns its readers by more than this is told so. */
export const MAX_WAITING = 100_000

interface Waiting {
  readonly messages: IncomingMessage[]
  readonly takers: ((message: IncomingMessage) => void)[]
  members: number
}

export function createBus(): Bus {
  const topics = new Map<string, Map<string, Waiting>>()

  const groupsOf = (topic: string): Waiting[] =>
    [...topics]
      .filter(([pattern]) => matches(pattern, topic))
      .flatMap(([, groups]) => [...groups.values()])
      .filter(({ members }) => members > 0)

  return {
    publish({ topic, data, metadata }, nowMs) {
      const groups = groupsOf(topic)
      if (groups.some(({ messages }) => messages.length >= MAX_WAITING)) return false
      const message = { topic, data, metadata, attempt: 1, publishedMs: nowMs }
      for (const group of groups) {
        const taker = group.takers.shift()
        if (taker === undefined) group.messages.push(message)
        else taker(message)
      }
      return true
    },
    group(topic, consumerId) {
      const groups = topics.get(topic) ?? new Map<string, Waiting>()
      topics.set(topic, groups)
      const waiting = groups.get(consumerId) ?? { messages: [], takers: [], members: 0 }
      groups.set(consumerId, waiting)
      return {
        join() {
          waiting.members++
        },
        leave() {
          // Nobody is left to read: as in daprd, what comes now is nobody's.
          if (--waiting.members === 0) waiting.messages.length = 0
        },
        take(signal) {
          if (signal.aborted) return Promise.resolve(undefined)
          const next = waiting.messages.shift()
          if (next !== undefined) return Promise.resolve(next)
          return new Promise((resolve) => {
            const taker = (message: IncomingMessage): void => {
              endWait()
              resolve(message)
            }
            waiting.takers.push(taker)
            const endWait = onAbort(signal, () => {
              const at = waiting.takers.indexOf(taker)
              if (at !== -1) waiting.takers.splice(at, 1)
              resolve(undefined)
            })
          })
        },
      }
    },
  }
}

const matches = (pattern: string, topic: string): boolean =>
  pattern.endsWith('*') ? topic.startsWith(pattern.slice(0, -1)) : pattern === topic
