import { createHash } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { codeOf, messageOf } from '../base/fault.ts'
import type { Logger } from '../base/logger.ts'
import type { KubeClient } from './client.ts'
import { kinds } from './resource-types.ts'

/** What an Event is about. */
export interface Regarding {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
  readonly uid?: string | undefined
}

export interface EventText {
  readonly type: 'Normal' | 'Warning'
  /** UpperCamelCase, for machines: `SpecRejected`. */
  readonly reason: string
  /** For people. Cut at 1024 bytes, which is the API server's bound. */
  readonly message: string
}

/** Writes Events. The same one again counts up the one that is there, as `kubectl describe` shows it. */
export type RecordEvent = (about: Regarding, event: EventText) => Promise<void>

const MAX_MESSAGE = 1000
const MAX_REMEMBERED = 1000

export function createEventRecorder(deps: {
  readonly client: KubeClient
  readonly clock: Clock
  readonly log: Logger
  /** Who says it, for example `sidelight-operator`. */
  readonly source: string
}): RecordEvent {
  const { client, clock, log, source } = deps
  /** How often each was said: to count up, an Event need not be read. */
  const counts = new Map<string, number>()
  const remember = (name: string, count: number): void => {
    if (counts.size >= MAX_REMEMBERED) counts.clear()
    counts.set(name, count)
  }
  return async (about, { type, reason, message }) => {
    const nowIso = new Date(clock.nowUs() / 1000).toISOString().replace(/\.\d+Z$/, 'Z')
    const text = message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`
    const { namespace } = about
    const identity = [about.kind, about.uid ?? '', type, reason, text].join('\n')
    const name = `${about.name}.${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`
    const target = { name, namespace }
    try {
      await client
        .create(kinds.event, {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: target,
          involvedObject: about,
          type,
          reason,
          message: text,
          source: { component: source },
          reportingComponent: source,
          firstTimestamp: nowIso,
          lastTimestamp: nowIso,
          count: 1,
        })
        .catch(async (error) => {
          if (codeOf(error) !== 'ERR_KUBE_CONFLICT') throw error
          const count = (counts.get(name) ?? 1) + 1
          await client.patch(kinds.event, target, { merge: { count, lastTimestamp: nowIso } })
          remember(name, count)
        })
    } catch (error) {
      // An Event tells; nothing waits for it, and nothing depends on it.
      log.warning(
        `event ${reason} of ${about.kind} ${about.name} was not written: ${messageOf(error)}`,
      )
    }
  }
}
