import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { untilAborted } from '../../base/until-aborted.ts'
import { createRedisClient, type RedisClient, type RedisCommand } from './clients.ts'
import { addressesOf, type RedisLinkSettings } from './settings.ts'
import { isHopeless, redisFault } from './trouble.ts'

export interface RedisLinkDeps {
  readonly clock: Clock
  readonly log: Logger
  /** The connection was lost and is back; whoever listens has not heard what was said meanwhile. */
  readonly onReconnect?: () => void
}

const DEFAULT_READ_TIMEOUT_MS = 3000
const FIRST_RECONNECT_MS = 20
const OPEN_AGAIN_MS = 100

/**
 * One connection to Redis that comes back by itself. It knows for each command whether it was sent, and
 * repeats only what was certainly not done.
 */
export class RedisLink implements AsyncDisposable {
  readonly #settings: RedisLinkSettings
  readonly #deps: RedisLinkDeps
  readonly #readTimeoutMs: number
  #client: RedisClient
  #isOpened = false
  #isClosed = false
  #lastError: unknown
  #wasLost = false
  readonly #wake = new Set<() => void>()

  private constructor(settings: RedisLinkSettings, deps: RedisLinkDeps) {
    this.#settings = settings
    this.#deps = deps
    this.#readTimeoutMs = settings.readTimeout || DEFAULT_READ_TIMEOUT_MS
    this.#client = this.#createClient()
  }

  /**
   * Connected, logged in, and Redis answers. A Redis that does not answer yet is waited for until `signal` fires;
   * one that refuses the credentials is not.
   * @throws Fault `REDIS_OFFLINE`, `REDIS_REFUSED`
   */
  static async open(settings: RedisLinkSettings, deps: RedisLinkDeps, signal: AbortSignal) {
    refuseUnsupported(settings)
    const link = new RedisLink(settings, deps)
    try {
      await link.#open(signal)
    } catch (error) {
      link.#isClosed = true
      link.#client.destroy()
      throw error
    }
    link.#isOpened = true
    return link
  }

  /** @throws what the client throws; see `run` */
  send(command: RedisCommand): Promise<unknown> {
    const client = this.#client
    return this.#answered(client, client.send(command))
  }

  /** Only for a link of its own: one that listens sends nothing else. @throws what the client throws; see `run` */
  async listen(patterns: readonly string[], onMessage: (channel: string) => void): Promise<void> {
    const client = this.#client
    await this.#answered(client, client.listen(patterns, onMessage))
  }

  /**
   * Runs an operation, again after a failure that has certainly done nothing; after any passing failure if it is
   * `repeatable`.
   * @throws Fault with a `RedisFaultCode`
   */
  async run<T>(repeatable: boolean, operation: () => Promise<T>): Promise<T> {
    const { redisMaxRetries, maxRetries } = this.#settings
    const retries = redisMaxRetries === 3 && maxRetries >= 0 ? maxRetries : redisMaxRetries
    for (let attempt = 0; ; attempt++) {
      try {
        return await operation()
      } catch (error) {
        const fault = redisFault(error)
        const again = fault.retryable && (repeatable || fault.code !== 'REDIS_LOST')
        if (!again || attempt >= retries || this.#isClosed) throw this.#explained(fault)
        await this.#pause(attempt)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const wake of this.#wake) wake()
    const client = this.#client
    await new Promise<void>((resolve) => {
      const cancel = this.#deps.clock.after(this.#readTimeoutMs, resolve)
      const done = () => {
        cancel()
        resolve()
      }
      client.close().then(done, done)
    })
    client.destroy()
  }

  async #open(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await untilAborted(this.#client.connect(), signal)
        await untilAborted(this.send({ args: ['PING'] }), signal)
        return
      } catch (error) {
        if (isHopeless(error)) throw redisFault(error)
        if (signal.aborted) throw this.#unreachable(this.#lastError ?? error)
        this.#client.destroy()
        await new Promise<void>((resolve) => this.#deps.clock.after(OPEN_AGAIN_MS, resolve))
        this.#client = this.#createClient()
      }
    }
  }

  #answered<T>(client: RedisClient, answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#deps.clock.after(this.#readTimeoutMs, () => {
        reject(
          new Fault('REDIS_LOST', `Redis has not answered for ${this.#readTimeoutMs} ms`, {
            retryable: true,
          }),
        )
        this.#replace(client)
      })
      answer.then(
        (reply) => {
          cancel()
          resolve(reply)
        },
        (error: unknown) => {
          cancel()
          reject(error)
        },
      )
    })
  }

  #createClient(): RedisClient {
    const client: RedisClient = createRedisClient(this.#settings, {
      onError: (error) => {
        this.#lastError = error
        if (!this.#isOpened || this.#isClosed || this.#wasLost) return
        this.#wasLost = true
        this.#deps.log.warning(`${redisFault(error).message}; connecting again`)
      },
      onReady: () => {
        this.#lastError = undefined
        if (this.#wasLost) {
          this.#deps.log.info('connected to Redis again')
          this.#deps.onReconnect?.()
        }
        this.#wasLost = false
        for (const wake of this.#wake) wake()
      },
      reconnectMs: (retries, cause) => {
        this.#lastError = cause
        if (this.#isClosed) return false
        if (!this.#isOpened && isHopeless(cause)) return false
        const longest = Math.max(FIRST_RECONNECT_MS, this.#settings.redisMaxRetryInterval)
        return Math.min(FIRST_RECONNECT_MS * 2 ** Math.min(retries, 10), longest)
      },
    })
    return client
  }

  /** Answers come in order: behind one that does not come, none will. */
  #replace(client: RedisClient): void {
    if (this.#client !== client || this.#isClosed || !this.#isOpened) return
    this.#client = this.#createClient()
    this.#client.connect().catch((error: unknown) => {
      this.#lastError = error
    })
    client.destroy()
  }

  /** Ends early when Redis is back. */
  #pause(attempt: number): Promise<void> {
    const { redisMinRetryInterval, redisMaxRetryInterval } = this.#settings
    const delayMs = Math.min(redisMinRetryInterval * 2 ** attempt, redisMaxRetryInterval)
    return new Promise((resolve) => {
      const wake = () => {
        cancel()
        this.#wake.delete(wake)
        resolve()
      }
      const cancel = this.#deps.clock.after(delayMs, wake)
      this.#wake.add(wake)
    })
  }

  #explained(fault: Fault): Fault {
    return fault.code === 'REDIS_OFFLINE' ? this.#unreachable(this.#lastError) : fault
  }

  #unreachable(error: unknown): Fault {
    const where = `no connection to Redis at ${this.#settings.redisHost}`
    const why = error === undefined ? '' : `: ${redisFault(error).message}`
    return new Fault('REDIS_OFFLINE', `${where}${why}`, { retryable: true })
  }
}

function refuseUnsupported(settings: RedisLinkSettings): void {
  const refuse = (message: string) => new Fault('REDIS_REFUSED', message)
  if (addressesOf(settings) === undefined)
    throw refuse('redisHost is no address: write host:port, several with commas')
  if (settings.useEntraID || settings.useOIDC)
    throw refuse('useEntraID and useOIDC are not supported: use redisUsername and redisPassword')
  if (settings.failover && settings.sentinelMasterName === '')
    throw refuse('failover needs sentinelMasterName')
  if (settings.redisType === 'cluster' && settings.redisDB !== 0)
    throw refuse('a Redis Cluster has database 0 only: remove redisDB')
}
