import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'
import { Fault } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Sql, SqliteDatabase } from '../../sqlite/index.ts'
import type {
  DeleteOptions,
  StateFeature,
  StateOperation,
  StateRecord,
  StateStore,
  StateWrite,
} from '../contract.ts'
import { stateFaults } from '../faults.ts'
import { SWEEP_ROWS, startSweeps } from '../sweep.ts'
import type { StateStatements } from './statements.ts'
import { decodeValue, encodeValue, formatTime, parseTime } from './value.ts'

export interface SqliteStateDeps {
  readonly database: SqliteDatabase
  readonly statements: StateStatements
  readonly clock: Clock
  readonly log: Logger
  /** 0: never. */
  readonly cleanupMs: number
}

const FEATURES: readonly StateFeature[] = ['ETAG', 'TRANSACTIONAL', 'TTL']
/** Later ends do not sort as texts: the year 9999. */
const LATEST_MS = 253_402_300_799_000

/** Dapr's layout: a row for each key. Whoever writes is alone, so what is compared is what is replaced. */
export class SqliteStateStore implements StateStore {
  readonly features: ReadonlySet<StateFeature> = new Set(FEATURES)
  readonly #database: SqliteDatabase
  readonly #statements: StateStatements
  readonly #clock: Clock
  readonly #endSweeps: () => void

  constructor({ database, statements, clock, log, cleanupMs }: SqliteStateDeps) {
    this.#database = database
    this.#statements = statements
    this.#clock = clock
    this.#endSweeps = startSweeps({
      clock,
      log,
      intervalMs: cleanupMs,
      sweep: () => this.#sweep(),
    })
  }

  get(key: string): Promise<StateRecord | undefined> {
    return said(async () => {
      const row = await this.#database.read((sql) =>
        sql.row(this.#statements.get, key, formatTime(this.#nowMs)),
      )
      if (row === undefined) return undefined
      const { value, is_binary, etag, expiration_time } = row
      return {
        value: decodeValue(String(value), Boolean(is_binary)),
        etag: String(etag),
        expiresMs: expiration_time === null ? undefined : parseTime(String(expiration_time)),
      }
    })
  }

  set(write: StateWrite): Promise<void> {
    return this.transact([{ kind: 'upsert', write }])
  }

  delete(key: string, options: DeleteOptions): Promise<void> {
    return this.transact([{ kind: 'delete', key, options }])
  }

  async transact(operations: readonly StateOperation[]): Promise<void> {
    if (operations.length === 0) return
    await said(() =>
      this.#database.write((sql) => {
        for (const operation of operations)
          if (operation.kind === 'upsert') this.#put(sql, operation.write)
          else this.#remove(sql, operation.key, operation.options)
      }),
    )
  }

  async ping(): Promise<void> {
    await said(() => this.#database.read((sql) => sql.row(this.#statements.ping)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#endSweeps()
    await this.#database[Symbol.asyncDispose]()
  }

  #put(sql: Sql, { key, value, etag, concurrency, ttlSeconds }: StateWrite): void {
    const { text, isBinary } = encodeValue(value)
    const now = formatTime(this.#nowMs)
    const end = this.#endOf(ttlSeconds)
    const next = randomUUID()
    const { put, putFirst, replace } = this.#statements
    if (etag) {
      const replaced = sql.run(replace, text, isBinary, next, now, end, key, etag, now)
      if (replaced === 0) throw stateFaults.etagMismatch(ETAG_STALE)
    } else if (concurrency === 'first-write') {
      if (sql.run(putFirst, key, text, isBinary, next, now, end, now) === 0)
        throw stateFaults.etagMismatch(
          'the key exists, and a first write was asked without an ETag',
        )
    } else {
      sql.run(put, key, text, isBinary, next, now, end)
    }
  }

  #remove(sql: Sql, key: string, { etag }: DeleteOptions): void {
    const { remove, removeSame } = this.#statements
    if (!etag) sql.run(remove, key)
    else if (sql.run(removeSame, key, etag, formatTime(this.#nowMs)) === 0)
      throw stateFaults.etagMismatch(ETAG_STALE)
  }

  #endOf(ttlSeconds: number | undefined): string | null {
    if (ttlSeconds === undefined || ttlSeconds <= 0) return null
    const endMs = this.#nowMs + ttlSeconds * 1000
    if (endMs <= LATEST_MS) return formatTime(endMs)
    throw new Fault('STATE_OPTION_INVALID', 'a TTL ends before the year 10000')
  }

  get #nowMs(): number {
    return Math.floor(this.#clock.nowUs() / 1000)
  }

  async #sweep(): Promise<boolean> {
    const removed = await this.#database.write((sql) =>
      sql.run(this.#statements.sweep, formatTime(this.#nowMs), SWEEP_ROWS),
    )
    return removed === SWEEP_ROWS
  }
}

const ETAG_STALE = 'the key was written or removed since this ETag was read'

/** The database's faults in the words of the contract. */
async function said<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    if (!(error instanceof Fault) || !error.code.startsWith('SQLITE_')) throw error
    const { code, message, retryable } = error
    if (code === 'SQLITE_UNKNOWN') throw stateFaults.outcomeUnknown(message, error)
    throw new Fault('STATE_UNAVAILABLE', message, { cause: error, retryable })
  }
}
