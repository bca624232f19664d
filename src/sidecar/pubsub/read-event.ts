import type { Clock } from '../../base/clock.ts'
import type { IncomingMessage } from '../../components/pubsub/index.ts'
import { type CloudEvent, wrapRaw } from '../../wire/cloud-event.ts'
import { isRecord } from '../../wire/lower-keys.ts'
import type { AppSubscription } from './subscription.ts'

/** A message as the app gets it. */
export interface ReadEvent {
  readonly event: CloudEvent
  /** As it came: reading and writing it again would change long numbers. */
  readonly bytes: Uint8Array
}

/** Whether the app asked for payloads without envelope. The JS SDK sends the value in quotes of its own. */
export const isRaw = (metadata: Readonly<Record<string, string>>): boolean =>
  /^"?true"?$/i.test(metadata.rawPayload ?? '')

/** @returns `undefined` when the message is no CloudEvent */
export function readEvent(
  { clock, newId }: { readonly clock: Clock; readonly newId: () => string },
  { metadata, pubsubName }: AppSubscription,
  message: IncomingMessage,
): ReadEvent | undefined {
  const { data, topic } = message
  if (isRaw(metadata)) {
    const time = new Date(clock.nowUs() / 1_000).toISOString()
    const event = wrapRaw(data, { id: newId(), topic, pubsubName, time })
    const { traceparent, traceid = traceparent, tracestate, baggage } = message.metadata
    Object.assign(event, withoutAbsent({ traceid, traceparent, tracestate, baggage }))
    return { event, bytes: Buffer.from(JSON.stringify(event)) }
  }
  try {
    const value: unknown = JSON.parse(Buffer.from(data).toString())
    return isRecord(value) ? { event: value as CloudEvent, bytes: data } : undefined
  } catch {
    return undefined
  }
}

const withoutAbsent = (fields: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** The headers of the context that a message brings. daprd reads neither `tracestate` nor baggage. */
export function contextOf(carried: CloudEvent): string[] {
  const headers: string[] = []
  const parent = carried.traceparent || carried.traceid
  if (typeof parent === 'string' && parent !== '') headers.push('traceparent', parent)
  for (const name of ['tracestate', 'baggage'])
    if (typeof carried[name] === 'string' && carried[name] !== '') headers.push(name, carried[name])
  return headers
}

export function isExpired({ expiration }: CloudEvent, clock: Clock): boolean {
  const until = typeof expiration === 'string' ? Date.parse(expiration) : Number.NaN
  return !Number.isNaN(until) && until <= clock.nowUs() / 1_000
}
