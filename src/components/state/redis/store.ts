import { Fault } from '../../../base/fault.ts'
import type { SettingsOf } from '../../index.ts'
import {
  blockFault,
  type RedisArgument,
  type RedisLink,
  replyWord,
  runScript,
} from '../../redis/index.ts'
import type {
  DeleteOptions,
  StateFeature,
  StateOperation,
  StateRecord,
  StateStore,
  StateWrite,
} from '../contract.ts'
import { stateFaults } from '../faults.ts'
import { writeScript, written } from './scripts.ts'
import type { redisSettings } from './settings.ts'

const FEATURES: readonly StateFeature[] = ['ETAG', 'TRANSACTIONAL', 'TTL']
/** Larger ones leave the range of Redis' own clock. */
const MAX_TTL_SECONDS = 1e12
const WAIT_MS = 1000

const MISMATCHES: Readonly<Record<number, string>> = {
  [written.changed]: 'the key was written since this ETag was read',
  [written.firstWrite]: 'the key was stored by a first write: only its ETag allows another',
  [written.gone]: 'an ETag was given, and there is no such key (any more)',
}

/**
 * Dapr's layout: a hash for each key, with the fields `data`, `version` (its ETag, counted up by each write) and
 * `first-write`. So each side reads what the other has written.
 */
export class RedisStateStore implements StateStore {
  readonly features: ReadonlySet<StateFeature> = new Set(FEATURES)
  readonly #link: RedisLink
  /** Writes that wait for replicas block their connection: they have one of their own. */
  readonly #openSecond: () => Promise<RedisLink>
  #second: Promise<RedisLink> | undefined
  readonly #ttlSeconds: number
  readonly #isCluster: boolean

  constructor(
    link: RedisLink,
    openSecond: () => Promise<RedisLink>,
    settings: SettingsOf<typeof redisSettings>,
  ) {
    this.#link = link
    this.#openSecond = openSecond
    this.#ttlSeconds = settings.ttlInSeconds
    this.#isCluster = settings.redisType === 'cluster'
  }

  async get(key: string): Promise<StateRecord | undefined> {
    return this.#said(false, () => this.#link.run(true, () => this.#read(key)))
  }

  set(write: StateWrite): Promise<void> {
    return this.transact([{ kind: 'upsert', write }])
  }

  delete(key: string, options: DeleteOptions): Promise<void> {
    return this.transact([{ kind: 'delete', key, options }])
  }

  async transact(operations: readonly StateOperation[]): Promise<void> {
    if (operations.length === 0) return
    const keys: string[] = []
    const values: RedisArgument[] = []
    let isStrong = false
    for (const operation of operations) {
      const { kind } = operation
      const asked = kind === 'upsert' ? operation.write : operation.options
      keys.push(kind === 'upsert' ? operation.write.key : operation.key)
      values.push(...(kind === 'upsert' ? this.#upsert(operation.write) : this.#delete(asked.etag)))
      isStrong ||= asked.consistency === 'strong'
    }
    // A Cluster's replicas are behind many masters; asking one of them would say nothing.
    const isWaiting = isStrong && !this.#isCluster
    await this.#said(true, async () => {
      const link = isWaiting ? await this.#waiting() : this.#link
      const outcome = await link.run(false, () => runScript(link, writeScript, keys, values))
      if (outcome === written.foreign)
        throw new Fault('REDIS_REFUSED', 'the key holds a hash that no state store has written')
      const mismatch = MISMATCHES[Number(outcome)]
      if (mismatch !== undefined) throw stateFaults.etagMismatch(mismatch)
      if (isWaiting) await waitForReplicas(link)
    })
  }

  async ping(): Promise<void> {
    await this.#said(false, () => this.#link.run(false, () => this.#link.send({ args: ['PING'] })))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const second = await this.#second?.catch(() => undefined)
    await Promise.all([second?.[Symbol.asyncDispose](), this.#link[Symbol.asyncDispose]()])
  }

  async #read(key: string): Promise<StateRecord | undefined> {
    let fields: unknown
    try {
      fields = await this.#link.send({ args: ['HMGET', key, 'data', 'version'], key })
    } catch (error) {
      if (replyWord(error) !== 'WRONGTYPE') throw error
      return this.#readPlain(key)
    }
    const [data, version] = Array.isArray(fields) ? fields : []
    if (!Buffer.isBuffer(data)) return undefined
    return {
      value: data,
      etag: Buffer.isBuffer(version) ? version.toString('latin1') : undefined,
      expiresMs: undefined,
    }
  }

  /** A key that some other program has SET. */
  async #readPlain(key: string): Promise<StateRecord | undefined> {
    try {
      const value = await this.#link.send({ args: ['GET', key], key })
      return Buffer.isBuffer(value) ? { value, etag: undefined, expiresMs: undefined } : undefined
    } catch (error) {
      if (replyWord(error) !== 'WRONGTYPE') throw error
      const what = 'the key holds a list, a set, a JSON document or the like, and no state'
      throw new Fault('REDIS_REFUSED', what)
    }
  }

  #upsert({ value, etag, concurrency, ttlSeconds = this.#ttlSeconds || undefined }: StateWrite) {
    if (ttlSeconds !== undefined && !(ttlSeconds <= MAX_TTL_SECONDS))
      throw new Fault('STATE_OPTION_INVALID', `a TTL is at most ${MAX_TTL_SECONDS} seconds`)
    const ttl = ttlSeconds === undefined ? '' : String(Math.max(0, Math.trunc(ttlSeconds)))
    const data = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return ['set', versionOf(etag), concurrency === 'first-write' ? '1' : '0', ttl, data]
  }

  #delete(etag: string | undefined): RedisArgument[] {
    return ['del', versionOf(etag), '0', '', '']
  }

  async #waiting(): Promise<RedisLink> {
    this.#second ??= this.#openSecond()
    try {
      return await this.#second
    } catch (error) {
      this.#second = undefined
      throw error
    }
  }

  /** The link's faults in the words of the contract. */
  async #said<T>(isWrite: boolean, operation: () => Promise<T>): Promise<T> {
    try {
      return await operation()
    } catch (error) {
      throw blockFault('STATE', error, isWrite ? 'it may or may not be written' : undefined)
    }
  }
}

/** An ETag is a version: a whole number from 1. Empty: none. `0` stands for none in the script, so it must not come in. */
function versionOf(etag: string | undefined): string {
  if (!etag) return '0'
  if (/^[1-9]\d{0,18}$/.test(etag)) return etag
  throw stateFaults.etagInvalid('an ETag of this store is a whole number from 1')
}

/** The write is done when this starts: whatever fails now, it stays. */
async function waitForReplicas(link: RedisLink): Promise<void> {
  let replicas: number
  let reached: number
  try {
    const info = String(await link.send({ args: ['INFO', 'replication'] }))
    replicas = Number(/^connected_slaves:(\d+)/m.exec(info)?.[1] ?? 0)
    if (replicas === 0) return
    reached = Number(await link.send({ args: ['WAIT', String(replicas), String(WAIT_MS)] }))
  } catch (error) {
    throw stateFaults.outcomeUnknown(
      'it is written, and whether the replicas have it is not known',
      error instanceof Fault ? error : undefined,
    )
  }
  if (reached < replicas)
    throw stateFaults.outcomeUnknown(
      `it is written, and ${reached} of ${replicas} replicas have confirmed it within ${WAIT_MS} ms`,
    )
}
