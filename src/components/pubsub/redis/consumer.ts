import { type RedisArgument, type RedisLink, replyWord } from '../../redis/index.ts'
import { listOf, type ReadEntries, readEntries } from './entry.ts'
import { streamFault } from './faults.ts'
import { RELEASE, REMOVE_CONSUMERS, RENEW } from './scripts.ts'

export interface PendingEntry {
  readonly id: string
  /** How often it was delivered. */
  readonly deliveries: number
}

/** Where to read: after what the group has been given, or after an id among what this consumer was given. */
export type ReadFrom = { readonly ownAfter: string } | 'new'

/** The commands of one consumer of a group on a topic. Each throws a Fault with a `RedisFaultCode`. */
export class StreamConsumer {
  readonly #link: RedisLink
  readonly #topic: string
  readonly #group: string
  readonly #name: string

  /** @param link never blocked: what waits has a link of its own */
  constructor(link: RedisLink, topic: string, group: string, name: string) {
    this.#link = link
    this.#topic = topic
    this.#group = group
    this.#name = name
  }

  /** The group, from the first message that the topic holds. One that is there stays as it is. */
  async createGroup(): Promise<void> {
    const args = ['XGROUP', 'CREATE', this.#topic, this.#group, '0', 'MKSTREAM']
    await this.#link.run(true, async () => {
      try {
        await this.#link.send({ args, key: this.#topic })
      } catch (error) {
        if (replyWord(error) !== 'BUSYGROUP') throw streamFault(error)
      }
    })
  }

  /** Waits for up to `blockMs`, if nothing is there. @returns undefined when the group is gone */
  async read(
    link: RedisLink,
    from: ReadFrom,
    count: number,
    blockMs: number,
  ): Promise<ReadEntries | undefined> {
    const which = ['GROUP', this.#group, this.#name, 'COUNT', String(count)]
    const id = from === 'new' ? '>' : from.ownAfter
    const args = ['XREADGROUP', ...which, 'BLOCK', String(blockMs), 'STREAMS', this.#topic, id]
    try {
      const reply = await link.send({ args, key: this.#topic })
      return readEntries(listOf(listOf(reply)[0])[1])
    } catch (error) {
      if (replyWord(error) === 'NOGROUP') return undefined
      throw streamFault(error)
    }
  }

  /** What wakes a `read` that waits on `link`, asked for before it begins. */
  async connectionId(link: RedisLink): Promise<string> {
    return String(await link.send({ args: ['CLIENT', 'ID'], key: this.#topic }))
  }

  /** @returns whether it did wait */
  async wake(connectionId: string): Promise<boolean> {
    const args = ['CLIENT', 'UNBLOCK', connectionId]
    return Number(await this.#link.send({ args, key: this.#topic })) === 1
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    await this.#link.run(true, () => this.#send(['XACK', this.#topic, this.#group, ...ids]))
  }

  /** What has waited for an acknowledgement for so long, whoever was given it, from an id on. */
  async listIdle(idleMs: number, from: string, count: number): Promise<readonly PendingEntry[]> {
    const range = ['IDLE', String(idleMs), from, '+', String(count)]
    const args = ['XPENDING', this.#topic, this.#group, ...range]
    const reply = await this.#link.run(true, async () => {
      try {
        return await this.#link.send({ args, key: this.#topic })
      } catch (error) {
        // No group, nothing pending; the reader makes a new one.
        if (replyWord(error) === 'NOGROUP') return []
        throw streamFault(error)
      }
    })
    return listOf(reply).map((item) => {
      const [id, , , deliveries] = listOf(item)
      return { id: String(id), deliveries: Number(deliveries) }
    })
  }

  /** Takes those that are still idle over; who comes second gets none. */
  async claim(idleMs: number, ids: readonly string[]): Promise<ReadEntries> {
    const args = ['XCLAIM', this.#topic, this.#group, this.#name, String(idleMs), ...ids]
    return readEntries(await this.#send(args))
  }

  async renew(id: string): Promise<boolean> {
    return Number(await this.#evaluate(RENEW, [this.#name, id])) === 1
  }

  async release(ids: readonly string[], idleMs: number, deliveries: number): Promise<void> {
    await this.#evaluate(RELEASE, [this.#name, String(idleMs), String(deliveries), ...ids])
  }

  /** Of the group's consumers with such names those that have nothing and have been idle for so long. */
  async removeConsumers(prefix: string, idleMs: number): Promise<void> {
    await this.#evaluate(REMOVE_CONSUMERS, [prefix, String(idleMs)])
  }

  async #send(args: readonly RedisArgument[]): Promise<unknown> {
    try {
      return await this.#link.send({ args, key: this.#topic })
    } catch (error) {
      throw streamFault(error)
    }
  }

  #evaluate(script: string, values: readonly string[]): Promise<unknown> {
    return this.#send(['EVAL', script, '1', this.#topic, this.#group, ...values])
  }
}
