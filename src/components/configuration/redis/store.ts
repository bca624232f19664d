import type { Clock } from '../../../base/clock.ts'
import { codeOf, messageOf } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import { blockFault, type RedisLink } from '../../redis/index.ts'
import type {
  ChangedKeys,
  ConfigurationItem,
  ConfigurationItems,
  ConfigurationMetadata,
  ConfigurationStore,
} from '../contract.ts'
import { toItem } from './item.ts'
import { channelPrefix, enableNotifications, literal } from './notifications.ts'

const SCAN_COUNT = '1000'
/** Keys in one answer. */
const BATCH = 1000
const OPEN_MS = 5000
const AGAIN_MS = 1000

/** Dapr's layout: a text for each key. Keys of other kinds are nobody's items. */
export class RedisConfigurationStore implements ConfigurationStore {
  readonly features: ReadonlySet<string> = new Set()
  readonly #link: RedisLink
  /** A connection that listens can do nothing else: each watch has its own. */
  readonly #openListener: (onReconnect: () => void, until: AbortSignal) => Promise<RedisLink>
  readonly #prefix: string
  readonly #clock: Clock
  readonly #log: Logger
  readonly #watches = new Set<AsyncDisposable>()

  constructor(
    link: RedisLink,
    openListener: (onReconnect: () => void, until: AbortSignal) => Promise<RedisLink>,
    database: number,
    { clock, log }: { readonly clock: Clock; readonly log: Logger },
  ) {
    this.#link = link
    this.#openListener = openListener
    this.#prefix = channelPrefix(database)
    this.#clock = clock
    this.#log = log
  }

  async get(keys: readonly string[]): Promise<ConfigurationItems> {
    try {
      const wanted = keys.length === 0 ? await this.#allKeys() : keys
      const items = new Map<string, ConfigurationItem>()
      for (let i = 0; i < wanted.length; i += BATCH)
        await this.#read(wanted.slice(i, i + BATCH), items)
      return items
    } catch (error) {
      throw blockFault('CONFIGURATION', error)
    }
  }

  async watch(
    keys: readonly string[],
    _metadata: ConfigurationMetadata,
    onChange: (changed: ChangedKeys) => void,
  ): Promise<AsyncDisposable> {
    const stopping = new AbortController()
    const onReconnect = (): void => void this.#catchUp(onChange, stopping.signal)
    const patterns = keys.length === 0 ? ['*'] : keys.map(literal)
    try {
      await this.#enable()
      const listener = await this.#openListener(onReconnect, AbortSignal.timeout(OPEN_MS))
      await listener
        .run(true, () =>
          listener.listen(
            patterns.map((pattern) => `${this.#prefix}${pattern}`),
            (channel) => onChange([channel.slice(this.#prefix.length)]),
          ),
        )
        .catch(async (error) => {
          await listener[Symbol.asyncDispose]()
          throw error
        })
      const watch = {
        [Symbol.asyncDispose]: async () => {
          stopping.abort()
          this.#watches.delete(watch)
          await listener[Symbol.asyncDispose]()
        },
      }
      this.#watches.add(watch)
      return watch
    } catch (error) {
      throw blockFault('CONFIGURATION', error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#watches].map((watch) => watch[Symbol.asyncDispose]()))
    await this.#link[Symbol.asyncDispose]()
  }

  /** A managed Redis refuses, and may speak of changes all the same: its owner has been asked. */
  async #enable(): Promise<void> {
    try {
      await enableNotifications(this.#link)
    } catch (error) {
      if (codeOf(error) !== 'REDIS_REFUSED') throw error
      this.#log.warning(
        `Redis refuses CONFIG SET notify-keyspace-events: set it to K$gxe there, or subscribers hear of no change (${messageOf(error)})`,
      )
    }
  }

  /** A Redis that restarted has to be told again, and what changed meanwhile was said to nobody. */
  async #catchUp(onChange: (changed: ChangedKeys) => void, stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted)
      try {
        await this.#enable()
        return onChange('all')
      } catch {
        // The link has logged why.
        await new Promise<void>((resolve) => this.#clock.after(AGAIN_MS, resolve))
      }
  }

  async #read(keys: readonly string[], into: Map<string, ConfigurationItem>): Promise<void> {
    // Of a key of another kind MGET answers nothing, where GET would refuse.
    const texts = await this.#link.run(true, () => this.#link.send({ args: ['MGET', ...keys] }))
    for (const [i, text] of (texts as unknown[]).entries())
      if (Buffer.isBuffer(text)) into.set(keys[i] as string, toItem(text.toString()))
  }

  async #allKeys(): Promise<readonly string[]> {
    const keys = new Set<string>()
    let cursor = '0'
    do {
      const args = ['SCAN', cursor, 'COUNT', SCAN_COUNT]
      const [next, found] = (await this.#link.run(true, () => this.#link.send({ args }))) as [
        Buffer,
        Buffer[],
      ]
      for (const key of found) keys.add(key.toString())
      cursor = next.toString()
    } while (cursor !== '0')
    return [...keys]
  }
}
