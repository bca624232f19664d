import type { Clock } from '../../../base/clock.ts'
import { Fault, messageOf } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import { pause } from '../../../base/pause.ts'
import { type RedisLink, redisFault } from '../../redis/index.ts'
import type { HandleMessage } from '../contract.ts'
import type { ReadFrom, StreamConsumer } from './consumer.ts'
import { publishedMsOf, type StreamEntry } from './entry.ts'
import { Inbox } from './inbox.ts'

export interface SubscriptionSettings {
  readonly topic: string
  /** Of this consumer, unlike any other. */
  readonly name: string
  /** Of the names of all consumers of ours in the group. */
  readonly prefix: string
  readonly processingTimeout: number
  readonly redeliverInterval: number
  readonly queueDepth: number
  readonly concurrency: number
  readonly readTimeout: number
  readonly redisType: 'node' | 'cluster'
}

export interface SubscriptionDeps {
  readonly openLink: (signal: AbortSignal) => Promise<RedisLink>
  readonly clock: Clock
  readonly log: Logger
}

interface Delivery {
  readonly entry: StreamEntry
  readonly attempt: number
  /** Monotonic. */
  readonly readMs: number
}

const TRY_AGAIN_MS = 100
const WAKE_AGAIN_MS = 10
const FIRST_ID = '0-0'
/** A consumer that was killed leaves its name. */
const FORGOTTEN_MS = 24 * 3_600_000
const MAX_PAGE = 100
const MAX_BLOCK_MS = 1500
/** As long as the end of a subscription may take. */
const CLUSTER_BLOCK_MS = 300

/**
 * Reads a topic as one consumer of a group, and handles what it reads in lanes. A message is acknowledged when its
 * handler has resolved; any other stays pending in Redis, where whoever looks first takes it over once it is idle.
 */
export class RedisSubscription implements AsyncDisposable {
  readonly #consumer: StreamConsumer
  readonly #settings: SubscriptionSettings
  readonly #deps: SubscriptionDeps
  readonly #handle: HandleMessage
  readonly #inbox: Inbox<Delivery>
  readonly #ending = new AbortController()
  /** Read and neither acknowledged nor rejected: not to be taken over by ourselves. */
  readonly #atWork = new Set<string>()
  /** Rejected because the subscription ends: others need not wait for them. */
  readonly #interrupted: Delivery[] = []
  readonly #feeders: readonly Promise<void>[]
  readonly #lanes: readonly Promise<void>[]
  #connectionId: Promise<string> | undefined
  #complaint: string | undefined
  #ended: Promise<void> | undefined

  constructor(
    consumer: StreamConsumer,
    settings: SubscriptionSettings,
    deps: SubscriptionDeps,
    handle: HandleMessage,
  ) {
    this.#consumer = consumer
    this.#settings = settings
    this.#deps = deps
    this.#handle = handle
    this.#inbox = new Inbox(settings.queueDepth)
    this.#lanes = Array.from({ length: settings.concurrency }, () => this.#serve())
    this.#feeders = [this.#readNew(), this.#takeOver()]
  }

  /** No new delivery begins, those under way are waited for, and what was only read is handed back. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#ended ??= this.#end()
    return this.#ended
  }

  async #end(): Promise<void> {
    this.#ending.abort()
    this.#inbox.close()
    await Promise.all([this.#wakeReader(), ...this.#feeders, ...this.#lanes])
    await this.#handBack()
  }

  async #wakeReader(): Promise<void> {
    try {
      // The read may be on its way and not wait yet.
      while (this.#connectionId !== undefined) {
        if (await this.#consumer.wake(await this.#connectionId)) return
        await new Promise<void>((resolve) => this.#deps.clock.after(WAKE_AGAIN_MS, resolve))
      }
    } catch {
      // It wakes by itself, a little later.
    }
  }

  async #readNew(): Promise<void> {
    const { signal } = this.#ending
    let link: RedisLink | undefined
    let last = FIRST_ID
    let from: ReadFrom = 'new'
    let hasGroup = false
    while (!signal.aborted)
      try {
        const count = await this.#inbox.room()
        if (!hasGroup) await this.#consumer.createGroup()
        hasGroup = true
        link ??= await this.#deps.openLink(signal)
        if (signal.aborted) break
        if (this.#canWake) {
          // Sent just before the read, on the same connection.
          this.#connectionId = this.#consumer.connectionId(link)
          this.#connectionId.catch(() => {})
        }
        const read = await this.#consumer.read(link, from, count, this.#blockMs())
        this.#complaint = undefined
        if (read === undefined) {
          // Someone has emptied Redis: ids begin anew.
          hasGroup = false
          last = FIRST_ID
          continue
        }
        this.#accept(read.entries, () => 1)
        last = read.entries.at(-1)?.id ?? last
        if (read.gone.length > 0) await this.#consumer.acknowledge(read.gone)
        from = from === 'new' || read.entries.length === 0 ? 'new' : { ownAfter: last }
      } catch (error) {
        // Redis may have given us what we never saw: it lies behind the last that we did see.
        if (redisFault(error).code === 'REDIS_LOST') from = { ownAfter: last }
        this.#complain(error)
        await pause(this.#deps.clock, TRY_AGAIN_MS, signal)
      }
    this.#connectionId = undefined
    await link?.[Symbol.asyncDispose]()
  }

  async #takeOver(): Promise<void> {
    const { processingTimeout, redeliverInterval, prefix } = this.#settings
    const { signal } = this.#ending
    await this.#consumer.removeConsumers(prefix, FORGOTTEN_MS).catch(() => {})
    if (processingTimeout === 0 || redeliverInterval === 0) return
    while (!signal.aborted) {
      await this.#takeIdle().catch((error: unknown) => this.#complain(error))
      await pause(this.#deps.clock, redeliverInterval, signal)
    }
  }

  async #takeIdle(): Promise<void> {
    const { processingTimeout, queueDepth } = this.#settings
    const pageSize = Math.min(queueDepth, MAX_PAGE)
    for (let from = '-'; ; ) {
      await this.#inbox.room()
      if (this.#ending.signal.aborted) return
      const page = await this.#consumer.listIdle(processingTimeout, from, pageSize)
      const wanted = new Map(
        page
          .filter(({ id }) => !this.#atWork.has(id))
          .map(({ id, deliveries }) => [id, deliveries]),
      )
      if (wanted.size > 0) {
        const { entries, gone } = await this.#consumer.claim(processingTimeout, [...wanted.keys()])
        this.#accept(entries, (id) => (wanted.get(id) ?? 0) + 1)
        if (gone.length > 0) await this.#consumer.acknowledge(gone)
      }
      const last = page.at(-1)
      if (last === undefined || page.length < pageSize) return
      from = `(${last.id}`
    }
  }

  #accept(entries: readonly StreamEntry[], attempt: (id: string) => number): void {
    const readMs = this.#deps.clock.elapsedMs()
    const fresh = entries.filter(({ id }) => !this.#atWork.has(id))
    for (const { id } of fresh) this.#atWork.add(id)
    this.#inbox.push(fresh.map((entry) => ({ entry, attempt: attempt(entry.id), readMs })))
  }

  async #serve(): Promise<void> {
    for (;;) {
      const delivery = await this.#inbox.take()
      if (delivery === undefined) return
      await this.#deliver(delivery)
      this.#atWork.delete(delivery.entry.id)
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { entry, attempt } = delivery
    const { id, data, metadata } = entry
    const { topic } = this.#settings
    if (!(await this.#isStillOurs(delivery))) return
    const message = { topic, data, metadata, attempt, publishedMs: publishedMsOf(id) }
    try {
      await this.#handle(message, this.#ending.signal)
    } catch {
      // Whoever handles has counted and logged it; here it only is not acknowledged.
      if (this.#ending.signal.aborted) this.#interrupted.push(delivery)
      return
    }
    await this.#acknowledge(id)
  }

  /** One that has waited long for a lane may be another consumer's by now. */
  async #isStillOurs({ entry, readMs }: Delivery): Promise<boolean> {
    const { processingTimeout } = this.#settings
    if (processingTimeout === 0) return true
    if (this.#deps.clock.elapsedMs() - readMs < processingTimeout / 2) return true
    try {
      return await this.#consumer.renew(entry.id)
    } catch {
      return false
    }
  }

  /** The lane waits for it: so a Redis that is away stops the deliveries, and they are not repeated. */
  async #acknowledge(id: string): Promise<void> {
    for (;;)
      try {
        await this.#consumer.acknowledge([id])
        return
      } catch (error) {
        this.#complain(error)
        if (!(error instanceof Fault && error.retryable) || this.#ending.signal.aborted) return
        await pause(this.#deps.clock, TRY_AGAIN_MS, this.#ending.signal)
      }
  }

  async #handBack(): Promise<void> {
    const { processingTimeout, name } = this.#settings
    const byDeliveries = new Map<number, string[]>()
    const add = (deliveries: number, { entry }: Delivery): void => {
      const ids = byDeliveries.get(deliveries) ?? []
      byDeliveries.set(deliveries, ids)
      ids.push(entry.id)
    }
    for (const delivery of this.#inbox.drain()) add(delivery.attempt - 1, delivery)
    for (const delivery of this.#interrupted) add(delivery.attempt, delivery)
    try {
      if (processingTimeout > 0)
        for (const [deliveries, ids] of byDeliveries)
          await this.#consumer.release(ids, processingTimeout, deliveries)
      await this.#consumer.removeConsumers(name, 0)
    } catch (error) {
      // They stay pending, and are taken over a little later.
      this.#deps.log.debug(`messages were not handed back: ${messageOf(error)}`)
    }
  }

  /** On a Cluster the client asks any node for the id, and an id is of one node. */
  get #canWake(): boolean {
    return this.#settings.redisType !== 'cluster'
  }

  /** Shorter than the longest wait for an answer. */
  #blockMs(): number {
    const longest = this.#canWake ? MAX_BLOCK_MS : CLUSTER_BLOCK_MS
    const { readTimeout } = this.#settings
    return readTimeout === 0 ? longest : Math.max(1, Math.min(longest, Math.floor(readTimeout / 2)))
  }

  /** Once for each reason; a lost connection is the link's to tell. */
  #complain(error: unknown): void {
    const { message, retryable } = redisFault(error)
    if (retryable || message === this.#complaint || this.#ending.signal.aborted) return
    this.#complaint = message
    this.#deps.log.error(`nothing is delivered: ${message}`)
  }
}
