import type { Clock } from '../../../base/clock.ts'
import { Fault } from '../../../base/fault.ts'
import { pause } from '../../../base/pause.ts'
import type {
  HandleMessage,
  IncomingMessage,
  MessageMetadata,
  OutgoingMessage,
  PubSub,
  PubSubFeature,
  SubscribeOptions,
} from '../contract.ts'
import type { Bus, Group } from './bus.ts'

/** daprd's. @see components-contrib `pubsub/in-memory` */
const ATTEMPTS = 10
const PAUSE_MS = 100

export class InMemoryPubSub implements PubSub {
  readonly features: ReadonlySet<PubSubFeature> = new Set(['SUBSCRIBE_WILDCARDS'])
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #consumerId: string
  readonly #concurrency: number
  readonly #subscriptions = new Set<AsyncDisposable>()

  constructor(bus: Bus, clock: Clock, consumerId: string, concurrency: number) {
    this.#bus = bus
    this.#clock = clock
    this.#consumerId = consumerId
    this.#concurrency = concurrency
  }

  async publish(message: OutgoingMessage): Promise<void> {
    // A copy: the bytes may lie in a pool that others go on writing into.
    const copy = { ...message, data: new Uint8Array(message.data) }
    if (!this.#bus.publish(copy, this.#clock.nowUs() / 1_000))
      throw new Fault('PUBSUB_FULL', 'too many messages wait for a subscriber of this topic', {
        retryable: true,
      })
  }

  async subscribe(
    topic: string,
    _metadata: MessageMetadata,
    handle: HandleMessage,
    { atOnce = 1 }: SubscribeOptions = {},
  ): Promise<AsyncDisposable> {
    const group = this.#bus.group(topic, this.#consumerId)
    const abort = new AbortController()
    group.join()
    const lanes = Array.from({ length: Math.max(this.#concurrency, atOnce) }, () =>
      this.#serve(group, handle, abort.signal),
    )
    const subscription = {
      [Symbol.asyncDispose]: async () => {
        if (!this.#subscriptions.delete(subscription)) return
        abort.abort()
        group.leave()
        await Promise.all(lanes)
      },
    }
    this.#subscriptions.add(subscription)
    return subscription
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#subscriptions].map((each) => each[Symbol.asyncDispose]()))
  }

  async #serve(group: Group, handle: HandleMessage, signal: AbortSignal): Promise<void> {
    for (;;) {
      const message = await group.take(signal)
      if (message === undefined) return
      await this.#deliver(message, handle, signal)
    }
  }

  async #deliver(
    message: IncomingMessage,
    handle: HandleMessage,
    signal: AbortSignal,
  ): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt++) {
      try {
        await handle({ ...message, attempt }, signal)
        return
      } catch {
        // The subscription has counted and logged it; here it is only a reason to try again.
        await pause(this.#clock, PAUSE_MS, signal)
      }
    }
  }
}
