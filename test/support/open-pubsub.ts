import {
  type HandleMessage,
  type IncomingMessage,
  type PubSub,
  pubsubDrivers,
} from '../../src/components/pubsub/index.ts'
import { type OpenBlockOptions, openBlock } from './open-block.ts'
import { type Patience, waitUntil } from './wait-until.ts'

/** A broker as the sidecar opens one: by its type and a Component's metadata. */
export const openPubSub = (
  type: string,
  metadata: Readonly<Record<string, string>> = {},
  options: OpenBlockOptions = {},
): Promise<PubSub> => openBlock(pubsubDrivers, type, metadata, options)

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
