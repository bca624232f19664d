import type { Clock } from '../../../base/clock.ts'
import { messageOf } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import { pause } from '../../../base/pause.ts'
import type { SqliteDatabase } from '../../sqlite/index.ts'
import type { HandleMessage } from '../contract.ts'
import type { Bell } from './bell.ts'
import {
  type ClaimedMessage,
  type Consumer,
  claim,
  hasWork,
  join,
  nextDueMs,
  type Redelivery,
  type Settled,
  settle,
} from './queue.ts'

export interface SubscriptionSettings {
  readonly processingTimeout: number
  readonly redeliverInterval: number
  readonly concurrency: number
}

export interface SubscriptionDeps {
  readonly database: SqliteDatabase
  readonly bell: Bell
  readonly clock: Clock
  readonly log: Logger
}

const TRY_AGAIN_MS = 100

/**
 * Delivers a topic as one consumer of a group. It claims no more than it has hands for, so nothing waits here; how
 * deliveries ended goes to the disk together with the next claim.
 */
export class SqliteSubscription implements AsyncDisposable {
  readonly #consumer: Consumer
  readonly #settings: SubscriptionSettings
  readonly #deps: SubscriptionDeps
  readonly #handle: HandleMessage
  readonly #ending = new AbortController()
  /** Also those whose end is not on the disk yet: not to be claimed again. */
  readonly #atWork = new Set<number>()
  readonly #settled: Settled[] = []
  #running = 0
  #hasJoined = false
  #wake: () => void = () => undefined
  #wasWoken = false
  #complaint: string | undefined
  readonly #ended: Promise<void>

  constructor(
    consumer: Consumer,
    settings: SubscriptionSettings,
    deps: SubscriptionDeps,
    handle: HandleMessage,
  ) {
    this.#consumer = consumer
    this.#settings = settings
    this.#deps = deps
    this.#handle = handle
    this.#ended = this.#run()
  }

  /** No new delivery begins, and those under way are waited for. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    this.#stir()
    return this.#ended
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending
    const endListening = this.#deps.bell.listen(this.#consumer.topic, () => this.#stir())
    try {
      while (!signal.aborted || this.#running > 0 || this.#settled.length > 0) {
        this.#wasWoken = false
        try {
          for (const message of await this.#exchange()) void this.#deliver(message)
          this.#complaint = undefined
          await this.#rest()
        } catch (error) {
          // What could not be acknowledged is delivered again.
          if (signal.aborted) this.#settled.length = 0
          this.#complain(error)
          await pause(this.#deps.clock, TRY_AGAIN_MS, signal)
        }
      }
    } finally {
      endListening()
    }
  }

  /** Writes how deliveries ended, and claims what there are hands for. Looks first, for to look costs no lock. */
  async #exchange(): Promise<readonly ClaimedMessage[]> {
    const { database } = this.#deps
    const settled = this.#settled.slice()
    const room = this.#ending.signal.aborted ? 0 : this.#settings.concurrency - this.#running
    const atWork = [...this.#atWork]
    const consumer = this.#consumer
    if (this.#hasJoined && settled.length === 0) {
      if (room === 0) return []
      const nowMs = this.#nowMs
      if (!(await database.read((sql) => hasWork(sql, consumer, nowMs, atWork)))) return []
    }
    const claimed = await database.write((sql) => {
      const nowMs = this.#nowMs
      const redelivery = this.#redelivery(nowMs)
      if (!this.#hasJoined) join(sql, consumer)
      for (const each of settled) settle(sql, consumer, each, redelivery)
      return claim(sql, consumer, room, nowMs, redelivery, atWork)
    })
    this.#hasJoined = true
    this.#settled.splice(0, settled.length)
    for (const { id } of settled) this.#atWork.delete(id)
    for (const { id } of claimed) this.#atWork.add(id)
    return claimed
  }

  async #deliver({ id, ...message }: ClaimedMessage): Promise<void> {
    this.#running++
    const { topic } = this.#consumer
    let isDone = true
    try {
      await this.#handle({ topic, ...message }, this.#ending.signal)
    } catch {
      // Whoever handles has counted and logged it; here it is only a reason to deliver it again.
      isDone = false
    }
    this.#running--
    this.#settled.push({ id, isDone })
    this.#stir()
  }

  /** Until a delivery has ended, a message may have come, one is due again, or this ends. */
  async #rest(): Promise<void> {
    const { clock, database } = this.#deps
    if (this.#wasWoken || (this.#ending.signal.aborted && this.#running === 0)) return
    const dueMs =
      this.#running < this.#settings.concurrency && !this.#ending.signal.aborted
        ? await database.read((sql) => nextDueMs(sql, this.#consumer, [...this.#atWork]))
        : undefined
    if (this.#wasWoken) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      if (dueMs === undefined) return
      const cancel = clock.after(Math.max(1, dueMs - this.#nowMs), resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  #stir(): void {
    this.#wasWoken = true
    this.#wake()
  }

  #redelivery(nowMs: number): Redelivery {
    const { processingTimeout, redeliverInterval } = this.#settings
    // What ends with the subscription was not the handler's fault: the next one need not wait.
    const failedMs = this.#ending.signal.aborted ? nowMs : nowMs + redeliverInterval
    return {
      lostMs: processingTimeout === 0 ? null : nowMs + processingTimeout,
      failedMs: redeliverInterval === 0 ? null : failedMs,
    }
  }

  get #nowMs(): number {
    return Math.floor(this.#deps.clock.nowUs() / 1000)
  }

  /** Once for each reason. */
  #complain(error: unknown): void {
    const message = messageOf(error)
    if (message === this.#complaint || this.#ending.signal.aborted) return
    this.#complaint = message
    this.#deps.log.error(`nothing is delivered: ${message}`)
  }
}
