import type { Clock } from '../../../base/clock.ts'
import { messageOf } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import type { SettingsOf } from '../../index.ts'
import type { SqliteDatabase } from '../../sqlite/index.ts'
import type {
  HandleMessage,
  MessageMetadata,
  OutgoingMessage,
  PubSub,
  PubSubFeature,
  SubscribeOptions,
} from '../contract.ts'
import type { Bell } from './bell.ts'
import { pubsubFault } from './faults.ts'
import { publish } from './queue.ts'
import type { sqlitePubSubSettings } from './settings.ts'
import { SqliteSubscription } from './subscription.ts'

export interface SqlitePubSubDeps {
  readonly database: SqliteDatabase
  /** Rung by every publisher of this process. */
  readonly bell: Bell
  readonly clock: Clock
  readonly log: Logger
  /** Shared with the other subscribers that are to share the messages. */
  readonly group: string
  /** Another one each time, in any process. */
  readonly newId: () => string
}

/** A broker in a file: all sidecars that open it publish to and subscribe from one another. */
export class SqlitePubSub implements PubSub {
  readonly features: ReadonlySet<PubSubFeature> = new Set()
  readonly #settings: SettingsOf<typeof sqlitePubSubSettings>
  readonly #deps: SqlitePubSubDeps
  readonly #subscriptions = new Set<SqliteSubscription>()
  #version: unknown
  #cancelPoll: (() => void) | undefined

  constructor(settings: SettingsOf<typeof sqlitePubSubSettings>, deps: SqlitePubSubDeps) {
    this.#settings = settings
    this.#deps = deps
    this.#version = deps.database.dataVersion()
  }

  async publish(message: OutgoingMessage): Promise<void> {
    const { database, bell, clock } = this.#deps
    // A copy: the bytes may lie in a pool that others go on writing into, while another process has the lock.
    const copy = { ...message, data: new Uint8Array(message.data) }
    try {
      await database.write((sql) =>
        publish(sql, copy, Math.floor(clock.nowUs() / 1000), this.#settings.maxLen),
      )
    } catch (error) {
      throw pubsubFault(error)
    }
    bell.ring(message.topic)
  }

  /** Never rejects: while the file is locked or refuses, it goes on trying, and the log says why. */
  async subscribe(
    topic: string,
    _metadata: MessageMetadata,
    handle: HandleMessage,
    { atOnce = 0 }: SubscribeOptions = {},
  ): Promise<AsyncDisposable> {
    const { log, group, newId } = this.#deps
    const subscription = new SqliteSubscription(
      { topic, group, name: newId() },
      { ...this.#settings, concurrency: Math.max(this.#settings.concurrency, atOnce) },
      { ...this.#deps, log: log.child({ topic }) },
      handle,
    )
    this.#subscriptions.add(subscription)
    this.#cancelPoll ??= this.#pollSoon()
    return {
      [Symbol.asyncDispose]: async () => {
        await subscription[Symbol.asyncDispose]()
        this.#subscriptions.delete(subscription)
        if (this.#subscriptions.size === 0) this.#stopPolling()
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#subscriptions].map((each) => each[Symbol.asyncDispose]()))
    this.#stopPolling()
    await this.#deps.database[Symbol.asyncDispose]()
  }

  #pollSoon(): () => void {
    return this.#deps.clock.after(this.#settings.pollInterval, () => {
      this.#cancelPoll = this.#pollSoon()
      try {
        const version = this.#deps.database.dataVersion()
        if (version === this.#version) return
        this.#version = version
      } catch (error) {
        // Whoever looks for messages names it.
        this.#deps.log.debug(`the file was not looked at: ${messageOf(error)}`)
      }
      this.#deps.bell.ring()
    })
  }

  #stopPolling(): void {
    this.#cancelPoll?.()
    this.#cancelPoll = undefined
  }
}
