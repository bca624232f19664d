import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import pg from 'pg'
import type { Clock } from '../../../base/clock.ts'
import { Fault } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import { pause } from '../../../base/pause.ts'
import { untilAborted } from '../../../base/until-aborted.ts'
import type { SettingsOf } from '../../index.ts'
import { addressOf, type PostgresAddress } from './address.ts'
import type { postgresSettings } from './settings.ts'
import { isHopeless, isWithoutTls, postgresFault } from './trouble.ts'

export interface PostgresLinkDeps {
  readonly clock: Clock
  readonly log: Logger
}

/** One connection, for as long as an operation has it. */
export interface Session {
  query(text: string, values?: readonly unknown[]): Promise<pg.QueryResult>
}

const LEAST_CONNECTIONS = 4
const ATTEMPTS = 4
const TRY_AGAIN_MS = 100

/** A pool of connections that come back by themselves. It repeats only what was certainly not done. */
export class PostgresLink implements AsyncDisposable {
  readonly #pool: pg.Pool
  readonly #where: string
  readonly #timeoutMs: number
  readonly #clock: Clock
  readonly #closing = new AbortController()

  private constructor(
    pool: pg.Pool,
    address: PostgresAddress,
    timeoutMs: number,
    { clock, log }: PostgresLinkDeps,
  ) {
    this.#pool = pool
    this.#where = `no connection to PostgreSQL at ${address.hostaddr ?? address.host}:${address.port}`
    this.#timeoutMs = timeoutMs
    this.#clock = clock
    let wasLost = false
    // Without a listener the loss of an idle connection would end the process.
    pool.on('error', (error) => {
      if (!wasLost) log.warning(`${postgresFault(error, true).message}; connecting again`)
      wasLost = true
    })
    pool.on('connect', (client) => {
      client.on('error', () => undefined)
      if (wasLost) log.info('connected to PostgreSQL again')
      wasLost = false
    })
  }

  /**
   * Connected and logged in. A server that does not answer yet is waited for until `signal` fires; one that refuses
   * the credentials is not.
   * @throws Fault `POSTGRES_OFFLINE`, `POSTGRES_REFUSED`
   */
  static async open(
    settings: SettingsOf<typeof postgresSettings>,
    deps: PostgresLinkDeps,
    signal: AbortSignal,
  ): Promise<PostgresLink> {
    const address = addressOf(settings)
    if (address === undefined)
      throw new Fault(
        'POSTGRES_REFUSED',
        'connectionString, host and port name no server: write host=… user=… database=…, or a postgres:// URL',
      )
    if (settings.useAzureAD || settings.useAWSIAM)
      throw new Fault(
        'POSTGRES_REFUSED',
        'useAzureAD and useAWSIAM are not supported: use user and password',
      )
    const timeoutMs = settings.timeoutInSeconds || settings.timeout
    const ways = waysOf(address)
    for (;;) {
      let failure: unknown
      for (const ssl of ways) {
        const config = configOf(settings, address, timeoutMs, ssl)
        const link = new PostgresLink(new pg.Pool(config), address, timeoutMs, deps)
        try {
          await untilAborted(link.#pool.query('SELECT 1'), signal)
          return link
        } catch (error) {
          await link[Symbol.asyncDispose]()
          failure = error
          if (!isWithoutTls(error)) break
        }
      }
      const fault = postgresFault(failure, false)
      if (isHopeless(failure)) throw fault
      await pause(deps.clock, TRY_AGAIN_MS, signal)
      if (signal.aborted)
        throw new Fault(
          fault.code,
          `no connection to PostgreSQL at ${address.host}:${address.port}: ${fault.message}`,
          { retryable: true },
        )
    }
  }

  /**
   * Gives the operation a connection. Again after a failure that has certainly done nothing; after any passing
   * failure if it is `repeatable`.
   * @throws Fault with a `PostgresFaultCode`
   */
  async run<T>(repeatable: boolean, operation: (session: Session) => Promise<T>): Promise<T> {
    const end = this.#clock.elapsedMs() + this.#timeoutMs
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(operation)
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        const again = error.retryable && (repeatable || error.code !== 'POSTGRES_LOST')
        if (!again || attempt === ATTEMPTS || this.#clock.elapsedMs() >= end) throw error
        await pause(this.#clock, TRY_AGAIN_MS, this.#closing.signal)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    await this.#pool.end()
  }

  async #once<T>(operation: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.#connect()
    let broken = true
    let cancel = (): void => undefined
    const expired = new Promise<never>((_, reject) => {
      cancel = this.#clock.after(this.#timeoutMs, () => {
        const message = `PostgreSQL has not answered for ${this.#timeoutMs} ms`
        reject(new Fault('POSTGRES_LOST', message, { retryable: true }))
      })
    })
    const query: Session['query'] = async (text, values = []) => {
      try {
        return await client.query(text, [...values])
      } catch (error) {
        throw postgresFault(error, true)
      }
    }
    try {
      const working = operation({ query })
      working.catch(() => undefined)
      const result = await Promise.race([working, expired])
      broken = false
      return result
    } catch (error) {
      broken = !(error instanceof Fault) || /_(LOST|OFFLINE)$/.test(error.code)
      throw error
    } finally {
      cancel()
      client.release(broken)
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    const { signal } = this.#closing
    const closed = new Fault('POSTGRES_OFFLINE', 'the connection was closed with its component')
    if (signal.aborted) throw closed
    const connecting = this.#pool.connect()
    try {
      return await untilAborted(connecting, signal)
    } catch (error) {
      if (signal.aborted) {
        // The pool forgets who waits when it ends; one that comes all the same goes back.
        connecting.then(
          (client) => client.release(),
          () => undefined,
        )
        throw closed
      }
      const fault = postgresFault(error, false)
      if (fault.code === 'POSTGRES_REFUSED') throw fault
      throw new Fault(fault.code, `${this.#where}: ${fault.message}`, { retryable: true })
    }
  }
}

type Ssl = pg.PoolConfig['ssl']

/** One after the other, until the server takes one. `prefer` and `allow` do not say who answers, so neither asks. */
function waysOf(address: PostgresAddress): readonly Ssl[] {
  const { sslMode, host, hostaddr, sslRootCert, sslCert, sslKey } = address
  if (sslMode === 'disable' || host.startsWith('/')) return [false]
  const isChecked = sslMode.startsWith('verify') || (sslMode === 'require' && sslRootCert)
  const tls: Ssl = {
    rejectUnauthorized: Boolean(isChecked),
    ...(sslRootCert === undefined ? {} : { ca: readFile(sslRootCert) }),
    ...(sslCert === undefined ? {} : { cert: readFile(sslCert) }),
    ...(sslKey === undefined ? {} : { key: readFile(sslKey) }),
    ...(hostaddr === undefined ? {} : { servername: host }),
    // Only verify-full asks for the name.
    ...(sslMode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  }
  return sslMode === 'prefer' || sslMode === 'allow' ? [tls, false] : [tls]
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new Fault('POSTGRES_REFUSED', 'a file of sslRootCert, sslcert or sslkey cannot be read')
  }
}

function configOf(
  { maxConns, connectionMaxIdleTime }: SettingsOf<typeof postgresSettings>,
  address: PostgresAddress,
  timeoutMs: number,
  ssl: Ssl,
): pg.PoolConfig {
  const { host, hostaddr, port, user, password, database, connectTimeoutMs } = address
  const escaped = (value: string): string => value.replace(/[\\ ]/g, '\\$&')
  const { options = '', ...parameters } = address.parameters
  const all = [
    options,
    ...Object.entries(parameters).map(([name, value]) => `-c ${name}=${escaped(value)}`),
  ]
  return {
    host: hostaddr ?? host,
    port,
    ssl,
    user,
    password,
    database,
    ...(all.join('') === '' ? {} : { options: all.join(' ').trim() }),
    max: maxConns > 0 ? maxConns : Math.max(LEAST_CONNECTIONS, availableParallelism()),
    idleTimeoutMillis: connectionMaxIdleTime,
    connectionTimeoutMillis: connectTimeoutMs ?? timeoutMs,
    keepAlive: true,
    allowExitOnIdle: true,
  }
}
