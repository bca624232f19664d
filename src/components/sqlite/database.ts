import { type Stats, statSync } from 'node:fs'
import Database from 'libsql'
import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { pause } from '../../base/pause.ts'
import { placeOf, type SqliteSettings } from './settings.ts'
import { commitFault, isBusy, sqliteFault } from './trouble.ts'

export type SqlValue = string | number | Uint8Array | null
export type SqlRow = Readonly<Record<string, unknown>>

/** The statements of one operation. Values stand for `?`, in order. */
export interface Sql {
  /** @returns how many rows have changed */
  run(text: string, ...values: SqlValue[]): number
  row(text: string, ...values: SqlValue[]): SqlRow | undefined
  rows(text: string, ...values: SqlValue[]): readonly SqlRow[]
}

/** Between two looks at a lock; the last one again and again. SQLite's own wait would stop the whole sidecar. */
const PAUSES_MS = [1, 2, 5, 10, 20]
const LONGEST_PAUSE_MS = 50

/**
 * One connection to a file. What `write` has resolved is on the disk. Each operation runs in one go: no other of
 * this connection comes between its statements.
 */
export class SqliteDatabase implements AsyncDisposable {
  readonly #database: Database.Database
  readonly #clock: Clock
  readonly #waitMs: number
  readonly #statements = new Map<string, Database.Statement>()
  readonly #closing = new AbortController()
  readonly #sql: Sql
  #file: { readonly path: string; readonly stats: Stats } | undefined

  private constructor(database: Database.Database, clock: Clock, waitMs: number) {
    this.#database = database
    this.#clock = clock
    this.#waitMs = waitMs
    // Values go in as one list: the library takes a single Buffer for names, and ends the process over it.
    this.#sql = {
      run: (text, ...values) => this.#prepared(text).run(values).changes,
      row: (text, ...values) => this.#prepared(text).get(values) as SqlRow | undefined,
      rows: (text, ...values) => this.#prepared(text).all(values) as SqlRow[],
    }
  }

  /**
   * @param migrate makes the tables, in one transaction; another process may have made them
   * @throws Fault with a `SqliteFaultCode`
   */
  static async open(
    settings: SqliteSettings,
    clock: Clock,
    migrate: (sql: Sql) => void,
  ): Promise<SqliteDatabase> {
    const place = placeOf(settings.connectionString)
    if (place === undefined)
      throw new Fault(
        'SQLITE_REFUSED',
        'connectionString is no path, no file: URI and not :memory:',
      )
    const { target, file } = place
    if (file !== undefined && statsOf(file)?.isDirectory())
      throw new Fault('SQLITE_REFUSED', 'connectionString names a directory: name a file in it')
    const database = new SqliteDatabase(connect(target), clock, waitMsOf(settings))
    try {
      await database.#prepare(file, settings.disableWAL)
      await database.write(migrate)
      const stats = file === undefined ? undefined : statsOf(file)
      if (file !== undefined && stats !== undefined) database.#file = { path: file, stats }
      return database
    } catch (error) {
      await database[Symbol.asyncDispose]()
      throw error
    }
  }

  /** For statements that change nothing. */
  read<T>(operation: (sql: Sql) => T): Promise<T> {
    return this.#patiently(() => {
      this.#checkFile()
      return operation(this.#sql)
    })
  }

  /** All or nothing: what it throws has undone everything. May be called again while another process writes. */
  write<T>(operation: (sql: Sql) => T): Promise<T> {
    return this.#patiently(() => {
      this.#checkFile()
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        const result = operation(this.#sql)
        this.#commit()
        return result
      } catch (error) {
        if (this.#database.inTransaction) this.#database.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** Counts up when another connection has written. Costs no look at the disk. */
  dataVersion(): unknown {
    return this.#closing.signal.aborted
      ? undefined
      : this.#sql.row('PRAGMA data_version')?.data_version
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    // Statements keep the file open until they are collected.
    this.#statements.clear()
    this.#database.close()
  }

  /** What is acknowledged outlives the process and the power. */
  #prepare(file: string | undefined, disableWAL: boolean): Promise<void> {
    return this.#patiently(() => {
      this.#database.exec('PRAGMA synchronous = FULL')
      if (file === undefined) return
      const mode = disableWAL ? 'delete' : 'wal'
      const got = this.#sql.row(`PRAGMA journal_mode = ${mode}`)?.journal_mode
      if (got !== mode)
        throw new Fault(
          'SQLITE_REFUSED',
          'the file system of the database bears no write-ahead log: set disableWAL',
        )
    })
  }

  async #patiently<T>(operation: () => T): Promise<T> {
    const startedMs = this.#clock.elapsedMs()
    for (let attempt = 0; ; attempt++) {
      if (this.#closing.signal.aborted)
        throw new Fault('SQLITE_REFUSED', 'the database was closed with its component')
      try {
        return operation()
      } catch (error) {
        const leftMs = this.#waitMs - (this.#clock.elapsedMs() - startedMs)
        if (!isBusy(error) || leftMs <= 0) throw sqliteFault(error)
        const pauseMs = Math.min(PAUSES_MS[attempt] ?? LONGEST_PAUSE_MS, leftMs)
        await pause(this.#clock, pauseMs, this.#closing.signal)
      }
    }
  }

  #commit(): void {
    try {
      this.#database.exec('COMMIT')
    } catch (error) {
      throw isBusy(error) ? error : commitFault(error)
    }
  }

  /** SQLite would go on with a file that nobody else finds. */
  #checkFile(): void {
    if (this.#file === undefined) return
    const { path, stats } = this.#file
    const now = statsOf(path)
    if (now?.ino === stats.ino && now.dev === stats.dev) return
    throw new Fault(
      'SQLITE_REFUSED',
      'the file of the database was removed or replaced while it was open: start the sidecar again',
    )
  }

  #prepared(text: string): Database.Statement {
    const known = this.#statements.get(text)
    if (known !== undefined) return known
    const statement = this.#database.prepare(text)
    this.#statements.set(text, statement)
    return statement
  }
}

function connect(target: string): Database.Database {
  try {
    return new Database(target)
  } catch (error) {
    throw sqliteFault(error)
  }
}

function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch (error) {
    throw sqliteFault(error)
  }
}

const waitMsOf = ({ busyTimeout, timeout, timeoutInSeconds }: SqliteSettings): number =>
  Math.min(busyTimeout, timeoutInSeconds || timeout)
