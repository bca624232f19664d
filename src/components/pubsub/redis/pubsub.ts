import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { SettingsOf } from '../../index.ts'
import type { RedisArgument, RedisLink } from '../../redis/index.ts'
import type {
  HandleMessage,
  MessageMetadata,
  OutgoingMessage,
  PubSub,
  PubSubFeature,
  SubscribeOptions,
} from '../contract.ts'
import { StreamConsumer } from './consumer.ts'
import { pubsubFault, streamFault } from './faults.ts'
import type { redisPubSubSettings } from './settings.ts'
import { RedisSubscription } from './subscription.ts'

export interface RedisPubSubDeps {
  readonly openLink: (signal: AbortSignal) => Promise<RedisLink>
  readonly clock: Clock
  readonly log: Logger
  /** Shared with the other subscribers that are to share the messages. */
  readonly group: string
  /** Another one each time, in any process. */
  readonly newId: () => string
}

/** Dapr's layout: a stream for each topic, in whose entries `data` is the message and `metadata` what came with it. */
export class RedisPubSub implements PubSub {
  readonly features: ReadonlySet<PubSubFeature> = new Set()
  readonly #link: RedisLink
  readonly #settings: SettingsOf<typeof redisPubSubSettings>
  readonly #deps: RedisPubSubDeps
  readonly #subscriptions = new Set<RedisSubscription>()

  constructor(
    link: RedisLink,
    settings: SettingsOf<typeof redisPubSubSettings>,
    deps: RedisPubSubDeps,
  ) {
    this.#link = link
    this.#settings = settings
    this.#deps = deps
  }

  async publish({ topic, data, metadata }: OutgoingMessage): Promise<void> {
    const fields: RedisArgument[] = [
      'data',
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    ]
    if (Object.keys(metadata).length > 0) fields.push('metadata', JSON.stringify(metadata))
    const args = ['XADD', topic, ...this.#bound(), '*', ...fields]
    try {
      await this.#link.run(false, async () => {
        try {
          await this.#link.send({ args, key: topic })
        } catch (error) {
          throw streamFault(error)
        }
      })
    } catch (error) {
      throw pubsubFault(error)
    }
  }

  /** Never rejects: while Redis is away or refuses, it goes on trying, and the log says why. */
  async subscribe(
    topic: string,
    _metadata: MessageMetadata,
    handle: HandleMessage,
    { atOnce = 1 }: SubscribeOptions = {},
  ): Promise<AsyncDisposable> {
    const { openLink, clock, log, group, newId } = this.#deps
    const name = `${group}:${newId()}`
    const subscription = new RedisSubscription(
      new StreamConsumer(this.#link, topic, group, name),
      {
        ...this.#settings,
        concurrency: Math.max(this.#settings.concurrency, atOnce),
        topic,
        prefix: `${group}:`,
        name,
      },
      { openLink, clock, log: log.child({ topic }) },
      handle,
    )
    this.#subscriptions.add(subscription)
    return {
      [Symbol.asyncDispose]: async () => {
        await subscription[Symbol.asyncDispose]()
        this.#subscriptions.delete(subscription)
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#subscriptions].map((each) => each[Symbol.asyncDispose]()))
    await this.#link[Symbol.asyncDispose]()
  }

  #bound(): string[] {
    const { maxLenApprox, streamTTL } = this.#settings
    if (maxLenApprox > 0) return ['MAXLEN', '~', String(maxLenApprox)]
    if (streamTTL === 0) return []
    const oldest = Math.max(0, Math.floor(this.#deps.clock.nowUs() / 1000 - streamTTL))
    return ['MINID', '~', String(oldest)]
  }
}
