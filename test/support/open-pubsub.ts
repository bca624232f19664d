import { type Clock, createSystemClock } from '../../src/base/clock.ts'
import { type Logger, silentLogger } from '../../src/base/logger.ts'
import { readSettings } from '../../src/components/index.ts'
import {
  type HandleMessage,
  type IncomingMessage,
  type PubSub,
  pubsubDrivers,
} from '../../src/components/pubsub/index.ts'
import { type Patience, waitUntil } from './wait-until.ts'

export interface OpenPubSubOptions {
  readonly appId?: string
  readonly clock?: Clock
  readonly log?: Logger
  /** Like a Component's `initTimeout`. Default 5 s. */
  readonly timeoutMs?: number
  /** What sidecars of one process have in common. Default: nothing. */
  readonly shared?: Map<string, unknown>
}

/** A broker as the sidecar opens one: by its type and a Component's metadata. */
export async function openPubSub(
  type: string,
  metadata: Readonly<Record<string, string>> = {},
  {
    appId = 'orders',
    clock = createSystemClock(),
    log = silentLogger,
    timeoutMs = 5000,
    shared = new Map(),
  }: OpenPubSubOptions = {},
): Promise<PubSub> {
  const driver = await pubsubDrivers[type]?.load()
  if (driver === undefined) throw new Error(`no driver ${type}`)
  const lower = Object.entries(metadata).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  const settings = readSettings(driver.settings, new Map(lower))
  if (!settings.ok) throw new Error(JSON.stringify(settings.error))
  const context = {
    name: 'pubsub',
    appId,
    namespace: '',
    clock,
    log,
    shared: <T>(key: string, make: () => T): T => {
      if (!shared.has(key)) shared.set(key, make())
      return shared.get(key) as T
    },
  }
  return driver.open(settings.value, context, AbortSignal.timeout(timeoutMs))
}

/** Publishes a text. */
export const publishText = (
  pubsub: PubSub,
  topic: string,
  text: string,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> =>
  pubsub.publish({ topic, data: Buffer.from(text), contentType: 'text/plain', metadata })

export interface Listener extends AsyncDisposable {
  /** Deliveries as they began. */
  readonly messages: readonly IncomingMessage[]
  /** Their texts, in the same order. */
  texts(): string[]
  waitFor(holds: (texts: readonly string[]) => boolean, patience?: Patience): Promise<void>
}

/** Subscribes, and notes each delivery before `handle` gets it. */
export async function listen(
  pubsub: PubSub,
  topic: string,
  handle: HandleMessage = async () => {},
): Promise<Listener> {
  const messages: IncomingMessage[] = []
  const watchers = new Set<() => void>()
  const texts: string[] = []
  const subscription = await pubsub.subscribe(topic, {}, (message, signal) => {
    messages.push(message)
    texts.push(Buffer.from(message.data).toString())
    for (const watch of watchers) watch()
    return handle(message, signal)
  })
  return {
    messages,
    texts: () => [...texts],
    waitFor: (holds, patience) =>
      waitUntil(
        () => holds(texts),
        watchers,
        () => `${messages.length} deliveries, the last: ${texts.slice(-5).join(', ')}`,
        patience,
      ),
    [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose](),
  }
}
