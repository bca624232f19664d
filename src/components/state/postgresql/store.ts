import type { Clock } from '../../../base/clock.ts'
import { Fault } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
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
import type { PostgresLink, Session } from './link.ts'
import type { PostgresStatements } from './statements.ts'

export interface PostgresStateDeps {
  readonly link: PostgresLink
  readonly statements: PostgresStatements
  readonly clock: Clock
  readonly log: Logger
  /** 0: never. */
  readonly cleanupMs: number
  /** Row of the metadata table that says when the last sweep was. */
  readonly sweepKey: string
}

const FEATURES: readonly StateFeature[] = ['ETAG', 'TRANSACTIONAL', 'TTL']
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** 3000 years. Much later ends leave the range of dates. */
const MAX_TTL_SECONDS = 1e11

/** daprd's layout, version 2: a row for each key. Who writes a row locks it, so what is compared is what is replaced. */
export class PostgresStateStore implements StateStore {
  readonly features: ReadonlySet<StateFeature> = new Set(FEATURES)
  readonly #link: PostgresLink
  readonly #statements: PostgresStatements
  readonly #endSweeps: () => void
  #isSweeping = false

  constructor({ link, statements, clock, log, cleanupMs, sweepKey }: PostgresStateDeps) {
    this.#link = link
    this.#statements = statements
    this.#endSweeps = startSweeps({
      clock,
      log,
      intervalMs: cleanupMs,
      sweep: () => this.#sweep(sweepKey, cleanupMs),
    })
  }

  async get(key: string): Promise<StateRecord | undefined> {
    checkKey(key)
    const { rows } = await said(false, () =>
      this.#link.run(true, ({ query }) => query(this.#statements.get, [key])),
    )
    const [row] = rows
    if (row === undefined) return undefined
    return {
      value: row.value,
      etag: row.etag,
      expiresMs: row.expires_at === null ? undefined : Number(row.expires_at),
    }
  }

  set(write: StateWrite): Promise<void> {
    return this.transact([{ kind: 'upsert', write }])
  }

  delete(key: string, options: DeleteOptions): Promise<void> {
    return this.transact([{ kind: 'delete', key, options }])
  }

  async transact(operations: readonly StateOperation[]): Promise<void> {
    if (operations.length === 0) return
    for (const operation of operations) check(operation)
    const all = async (session: Session): Promise<void> => {
      for (const operation of operations)
        if (operation.kind === 'upsert') await this.#put(session, operation.write)
        else await this.#remove(session, operation.key, operation.options)
    }
    await said(true, () =>
      this.#link.run(
        false,
        operations.length === 1 ? all : (session) => inTransaction(session, all),
      ),
    )
  }

  async ping(): Promise<void> {
    await said(false, () => this.#link.run(false, ({ query }) => query('SELECT 1')))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#endSweeps()
    await this.#link[Symbol.asyncDispose]()
  }

  async #put({ query }: Session, write: StateWrite): Promise<void> {
    const { key, value, etag, concurrency, ttlSeconds = 0 } = write
    const { put, putFirst, replace } = this.#statements
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    const values = [key, bytes, ttlSeconds > 0 ? ttlSeconds : null]
    if (etag) {
      if ((await query(replace, [...values, etag])).rowCount === 0)
        throw stateFaults.etagMismatch(ETAG_STALE)
    } else if (concurrency === 'first-write') {
      if ((await query(putFirst, values)).rowCount === 0)
        throw stateFaults.etagMismatch(
          'the key exists, and a first write was asked without an ETag',
        )
    } else {
      await query(put, values)
    }
  }

  async #remove({ query }: Session, key: string, { etag }: DeleteOptions): Promise<void> {
    const { remove, removeSame } = this.#statements
    if (!etag) await query(remove, [key])
    else if ((await query(removeSame, [key, etag])).rowCount === 0)
      throw stateFaults.etagMismatch(ETAG_STALE)
  }

  /** One sidecar of all, daprd's too, sweeps in each interval. */
  async #sweep(sweepKey: string, cleanupMs: number): Promise<boolean> {
    const run = (text: string, values: readonly unknown[]) =>
      this.#link.run(false, async ({ query }) => (await query(text, values)).rowCount)
    const { claimSweep, sweep } = this.#statements
    if (!this.#isSweeping && (await run(claimSweep, [sweepKey, cleanupMs])) === 0) return false
    this.#isSweeping = (await run(sweep, [SWEEP_ROWS])) === SWEEP_ROWS
    return this.#isSweeping
  }
}

const ETAG_STALE = 'the key was written or removed since this ETag was read'

function check(operation: StateOperation): void {
  const isWrite = operation.kind === 'upsert'
  checkKey(isWrite ? operation.write.key : operation.key)
  const { etag } = isWrite ? operation.write : operation.options
  // As daprd says it.
  if (etag && !UUID.test(etag)) throw stateFaults.etagMismatch('an ETag of this store is a UUID')
  if (isWrite && (operation.write.ttlSeconds ?? 0) > MAX_TTL_SECONDS)
    throw new Fault('STATE_OPTION_INVALID', `a TTL is at most ${MAX_TTL_SECONDS} seconds`)
}

function checkKey(key: string): void {
  if (key.includes('\u0000'))
    throw new Fault('STATE_OPTION_INVALID', 'PostgreSQL keeps no key with a NUL character')
}

/** A connection that breaks before the commit is sent has undone everything. */
async function inTransaction(
  session: Session,
  operation: (session: Session) => Promise<void>,
): Promise<void> {
  await undone(async () => {
    await session.query('BEGIN')
    try {
      await operation(session)
    } catch (error) {
      await session.query('ROLLBACK')
      throw error
    }
  })
  await session.query('COMMIT')
}

async function undone(operation: () => Promise<void>): Promise<void> {
  try {
    await operation()
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'POSTGRES_LOST') throw error
    throw new Fault('POSTGRES_OFFLINE', error.message, { retryable: true })
  }
}

/** The link's faults in the words of the contract. */
async function said<T>(isWrite: boolean, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    if (!(error instanceof Fault) || !error.code.startsWith('POSTGRES_')) throw error
    const { code, message, retryable } = error
    if (isWrite && code === 'POSTGRES_LOST')
      throw stateFaults.outcomeUnknown(`${message}: it may or may not be written`, error)
    throw new Fault('STATE_UNAVAILABLE', message, { cause: error, retryable })
  }
}
