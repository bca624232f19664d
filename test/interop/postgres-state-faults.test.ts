import assert from 'node:assert/strict'
import { codeOf } from '../../src/base/fault.ts'
import { type StateStore, stateDrivers } from '../../src/components/state/index.ts'
import { eventually } from '../support/eventually.ts'
import { openStateStore, textOf, writeOf } from '../support/open-state-store.ts'
import { POSTGRES_PASSWORD, type RealPostgres, startPostgres } from '../support/real-postgres.ts'
import { selfSign } from '../support/self-signed.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const READ = { consistency: undefined, metadata: {} } as const

describe('state.postgresql when PostgreSQL fails', () => {
  let postgres: RealPostgres
  before(async function () {
    this.timeout(40_000)
    postgres = await startPostgres(this as unknown as Mocha.Context)
  })
  after(() => postgres?.[Symbol.asyncDispose]())

  const connect = (
    metadata: Record<string, string> = {},
    timeoutMs?: number,
  ): Promise<StateStore> =>
    openStateStore(
      'state.postgresql',
      { connectionString: postgres.connectionString, ...metadata },
      timeoutMs === undefined ? {} : { timeoutMs },
    )

  test('loses nothing acknowledged when it is killed amid 500 transactions', async function () {
    this.timeout(40_000)
    await using store = await connect()
    const outcomes = new Map<number, string>()
    let acknowledged = 0
    let restarted: Promise<void> | undefined
    const transact = async (n: number): Promise<void> => {
      const upsert = (key: string) => ({ kind: 'upsert', write: writeOf(key, `${n}`) }) as const
      try {
        await store.transact([upsert(`a${n}`), upsert(`b${n}`)], {})
        outcomes.set(n, 'done')
        if (++acknowledged === 150)
          restarted = postgres.stop('SIGKILL').then(() => postgres.start())
      } catch (error) {
        outcomes.set(n, codeOf(error) ?? String(error))
        await restarted
      }
    }
    let next = 0
    const work = async (): Promise<void> => {
      while (next < 500) await transact(next++)
    }
    await Promise.all(Array.from({ length: 10 }, work))
    await restarted
    assert.equal(outcomes.size, 500)
    await using after = await connect()
    for (const [n, outcome] of outcomes) {
      const [a, b] = await Promise.all([textOf(after, `a${n}`), textOf(after, `b${n}`)])
      assert.equal(a, b, `transaction ${n} is half done`)
      if (outcome === 'done') assert.equal(a, `${n}`, `transaction ${n} was acknowledged`)
      else if (outcome === 'STATE_UNAVAILABLE') assert.equal(a, undefined)
      else assert.equal(outcome, 'STATE_OUTCOME_UNKNOWN')
    }
    assert.ok(acknowledged > 300, 'it goes on after the restart')
  })

  test('says that the outcome is unknown when no answer comes, and recovers', async () => {
    await using store = await connect({ timeout: '1' })
    await store.set(writeOf('frozen', 'one'))
    const etag = (await store.get('frozen', READ))?.etag
    await postgres.freeze()
    try {
      const write = store.set(writeOf('frozen', 'two', { etag }))
      await assert.rejects(write, { code: 'STATE_OUTCOME_UNKNOWN', retryable: false })
    } finally {
      await postgres.thaw()
    }
    await eventually(() => textOf(store, 'frozen'))
  })

  test('says that it is down, and comes back with it', async function () {
    this.timeout(30_000)
    await using store = await connect()
    await postgres.stop()
    const down = {
      code: 'STATE_UNAVAILABLE',
      retryable: true,
      message: new RegExp(`^no connection to PostgreSQL at 127.0.0.1:${postgres.port}: .*REFUSED`),
    }
    await eventually(async () => {
      await assert.rejects(store.get('a', READ), down)
      await assert.rejects(store.set(writeOf('a', 'one')), down)
      return true
    })
    await assert.rejects(connect({}, 300), down)
    const opening = connect()
    await postgres.start()
    await using late = await opening
    await late.set(writeOf('a', 'one'))
    assert.equal(await textOf(store, 'a'), 'one')
  })

  test('names a wrong password, database, server and mode, and prints no secret', async () => {
    const cases = [
      [{ password: 'planted' }, /refused the user or the password/],
      [{ database: 'none' }, /no such database/],
      [{ connectionString: 'planted, not a server' }, /name no server/],
      [{ connectionString: `${postgres.connectionString} sslmode=require` }, /see sslmode/],
      [{ tablePrefix: 'none.' }, /no such schema/],
      [{ tablePrefix: 'a; DROP ' }, /names no table/],
      [{ useAzureAD: 'true' }, /not supported/],
    ] as const
    for (const [metadata, message] of cases)
      await assert.rejects(connect(metadata), (error: Error) => {
        assert.equal(codeOf(error), 'STATE_UNAVAILABLE')
        assert.match(error.message, message)
        assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)}`, /planted/)
        assert.ok(!`${error.stack}`.includes(POSTGRES_PASSWORD))
        return true
      })
  })

  test('speaks TLS as sslmode says, and asks who answers where it is to', async function () {
    this.timeout(40_000)
    await using directory = await temporaryDirectory()
    const tls = await selfSign(this, directory, ['DNS:localhost'])
    await using server = await startPostgres(this, { tls })
    const isEncrypted = async (words: string): Promise<boolean> => {
      const { connectionString } = server
      await using store = await openStateStore('state.postgresql', {
        connectionString: `${connectionString} application_name=asked ${words}`,
      })
      await store.set(writeOf('a', 'one'))
      const [row] = await server.query(
        "SELECT bool_and(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'asked'",
      )
      return row?.ssl === true
    }
    const root = `sslrootcert=${tls.certFile}`
    for (const [words, expected] of [
      ['sslmode=disable', false],
      ['sslmode=prefer', true],
      ['sslmode=require', true],
      [`sslmode=require ${root}`, true],
      [`sslmode=verify-ca ${root}`, true],
      [`sslmode=verify-full ${root} host=localhost`, true],
    ] as const)
      assert.equal(await isEncrypted(words), expected, words)
    await assert.rejects(isEncrypted('sslmode=verify-ca'), /certificate/)
    await assert.rejects(isEncrypted(`sslmode=verify-full ${root} host=127.0.0.1`), /certificate/)
  })

  test('is in the layout of daprd’s v2, takes a URL, and serves no v1 [dapr: state/postgresql/v2]', async () => {
    const driver = await stateDrivers['state.postgresql']?.load()
    assert.deepEqual(driver?.versions, ['v2'])
    const url = `postgres://dapr:${encodeURIComponent(POSTGRES_PASSWORD)}@127.0.0.1:${postgres.port}/dapr?sslmode=disable`
    await using store = await connect({ connectionString: url, tablePrefix: 'my_' })
    await store.set(writeOf('k', Uint8Array.of(1, 2), { ttlSeconds: 60 }))
    const [row] = await postgres.query('SELECT * FROM my_state')
    assert.deepEqual(Object.keys(row ?? {}), [
      'key',
      'value',
      'etag',
      'created_at',
      'updated_at',
      'expires_at',
    ])
    assert.deepEqual(row?.value, Buffer.of(1, 2))
    const record = await store.get('k', READ)
    assert.equal(record?.etag, row?.etag)
    assert.equal(record?.expiresMs, Number(row?.expires_at))
    const levels = await postgres.query('SELECT value FROM dapr_metadata WHERE key = $1', [
      'migrations-state-v2-my_',
    ])
    assert.deepEqual(levels, [{ value: '1' }])
  })

  test('makes its tables once when ten sidecars start at once', async function () {
    this.timeout(20_000)
    const stores = await Promise.all(
      Array.from({ length: 10 }, () => connect({ tablePrefix: 'ten_', maxConns: '2' })),
    )
    await stores[0]?.set(writeOf('a', 'one'))
    for (const store of stores) assert.equal(await textOf(store, 'a'), 'one')
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()))
  })

  test('removes expired records, one sidecar of all in each interval', async () => {
    await using store = await connect({ tablePrefix: 'swept_', cleanupInterval: '200ms' })
    await postgres.query(
      "INSERT INTO swept_state (key, value, expires_at) SELECT n::text, 'x', now() - interval '1s' FROM generate_series(1, 1500) AS n",
    )
    await store.set(writeOf('kept', 'x', { ttlSeconds: 1000 }))
    await eventually(async () => {
      const rows = await postgres.query('SELECT key FROM swept_state')
      assert.deepEqual(rows, [{ key: 'kept' }])
      return true
    })
  })

  test('refuses a key with a NUL, and takes an ETag that is no UUID as another’s', async () => {
    await using store = await connect()
    await assert.rejects(store.set(writeOf('a\u0000', 'x')), { code: 'STATE_OPTION_INVALID' })
    await store.set(writeOf('a', 'x'))
    const stale = store.set(writeOf('a', 'y', { etag: '1' }))
    await assert.rejects(stale, { code: 'STATE_ETAG_MISMATCH' })
  })

  test('undoes a deadlock by trying again', async function () {
    this.timeout(20_000)
    await using store = await connect()
    const upsert = (key: string, n: number) =>
      ({ kind: 'upsert', write: writeOf(key, `${n}`) }) as const
    const swap = (n: number) =>
      store.transact(
        n % 2 === 0 ? [upsert('p', n), upsert('q', n)] : [upsert('q', n), upsert('p', n)],
        {},
      )
    await postgres.query("ALTER SYSTEM SET deadlock_timeout = '10ms'")
    await postgres.query('SELECT pg_reload_conf()')
    await Promise.all(Array.from({ length: 20 }, (_, n) => swap(n)))
    assert.equal(await textOf(store, 'p'), await textOf(store, 'q'))
  })

  test('answers every caller when it is closed', async () => {
    const store = await connect()
    const writes = Array.from({ length: 50 }, (_, n) => store.set(writeOf(`k${n}`, 'x')))
    await store[Symbol.asyncDispose]()
    for (const settled of await Promise.allSettled(writes))
      if (settled.status === 'rejected') assert.equal(codeOf(settled.reason), 'STATE_UNAVAILABLE')
    await assert.rejects(store.get('k1', READ), { code: 'STATE_UNAVAILABLE' })
  })
})
