import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'libsql'
import { createFakeClock } from '../../src/base/fake-clock.ts'
import type { StateStore } from '../../src/components/state/index.ts'
import { startProgram } from '../support/child-program.ts'
import { deletionOf, etagOf, openStateStore, textOf, writeOf } from '../support/open-state-store.ts'
import { requirePartner } from '../support/partners.ts'
import { spawnCli } from '../support/spawn-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const connect = (
  connectionString: string,
  metadata: Record<string, string> = {},
): Promise<StateStore> => openStateStore('state.sqlite', { connectionString, ...metadata })

const startWriter = (file: string, name: string) =>
  startProgram(process.execPath, [
    '--import',
    'tsx',
    'test/interop/sqlite-state-writer.ts',
    file,
    name,
  ])

const refused = (message: RegExp) => ({ code: 'STATE_UNAVAILABLE', retryable: false, message })

const ANYHOW = { consistency: undefined, metadata: {} }

describe('state.sqlite when something fails', () => {
  test('loses nothing acknowledged when two writers are killed amid transactions', async function () {
    this.timeout(30_000)
    await using directory = await temporaryDirectory()
    const file = directory.file('state.db')
    const names = ['x', 'y']
    const writers = await Promise.all(names.map((name) => startWriter(file, name)))
    await Promise.all(writers.map((writer) => writer.waitForLine(/^done 200$/)))
    await Promise.all(writers.map((writer) => writer.stop('SIGKILL')))
    await using store = await connect(file)
    for (const [w, name] of names.entries()) {
      const said = [...(writers[w]?.stdout ?? '').matchAll(/^done (\d+)\n/gm)].map(([, n]) => n)
      assert.ok(said.length > 200)
      for (const n of said) {
        assert.equal(await textOf(store, `${name}a${n}`), n)
        assert.equal(await textOf(store, `${name}b${n}`), n)
      }
      const last = Number(await textOf(store, name))
      const acknowledged = Number(said.at(-1))
      assert.ok(last === acknowledged || last === acknowledged + 1, 'at most one more was done')
      assert.equal(await textOf(store, `${name}a${last + 1}`), undefined)
    }
    const check = new Database(file).prepare('PRAGMA integrity_check').get([])
    assert.equal((check as { integrity_check: unknown }).integrity_check, 'ok')
  })

  test('lets two stores compare and replace on one file', async () => {
    await using directory = await temporaryDirectory()
    await using one = await connect(directory.file('state.db'))
    await using two = await connect(directory.file('state.db'))
    await one.set(writeOf('a', 'one'))
    const etag = await etagOf(two, 'a')
    await two.set(writeOf('a', 'two', { etag }))
    await assert.rejects(one.set(writeOf('a', 'three', { etag })), { code: 'STATE_ETAG_MISMATCH' })
    await one.delete('a', deletionOf({ etag: await etagOf(one, 'a') }))
    assert.equal(await textOf(two, 'a'), undefined)
  })

  test('waits while another process writes, and names the lock when it takes too long', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.file('state.db')
    await using store = await connect(file)
    await using hasty = await connect(file, { busyTimeout: '1ms' })
    await store.set(writeOf('a', 'one'))
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    const locked = { code: 'STATE_UNAVAILABLE', retryable: true, message: /locked.*busyTimeout/ }
    await assert.rejects(hasty.set(writeOf('a', 'two')), locked)
    assert.equal(await textOf(hasty, 'a'), 'one', 'reading needs no lock')
    const write = store.set(writeOf('a', 'three'))
    other.exec('ROLLBACK')
    await write
    assert.equal(await textOf(store, 'a'), 'three')
  })

  test('lets a sidecar that starts wait for the lock, and say so when it gives up', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.file('state.db')
    await (await connect(file))[Symbol.asyncDispose]()
    const resources = directory.file('resources')
    await mkdir(resources)
    const metadata = `[{ name: connectionString, value: ${file} }, { name: busyTimeout, value: 300ms }]`
    await writeFile(
      join(resources, 'state.yaml'),
      `apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: statestore }
spec: { type: state.sqlite, version: v1, metadata: ${metadata} }
`,
    )
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    const ports = ['--dapr-http-port=0', '--dapr-grpc-port=0', '--metrics-port=0']
    await using sidecar = await spawnCli(
      ['sidecar', '--app-id=orders', `--resources-path=${resources}`, ...ports],
      { env: { SIDELIGHT_HOME: directory.path } },
    )
    assert.deepEqual(await sidecar.exit, { code: 2, signal: null })
    assert.match(sidecar.output, /Component statestore: the database is locked/)
    other.exec('ROLLBACK')
  })

  test('names what is no database, what cannot be opened, and what is not here', async () => {
    await using directory = await temporaryDirectory()
    const foreign = directory.file('foreign.db')
    await writeFile(foreign, Buffer.alloc(8192, 7))
    await assert.rejects(connect(foreign), refused(/no SQLite database/))
    await assert.rejects(connect(directory.path), refused(/names a directory/))
    await assert.rejects(connect(directory.file('none', 'x.db')), refused(/cannot be opened/))
    await using store = await connect(directory.file('state.db'))
    await store.ping()
    await assert.rejects(
      connect(`file:${directory.file('state.db')}?mode=ro`),
      refused(/cannot be written/),
    )
    for (const remote of ['http://127.0.0.1:1', 'libsql://user:planted@host', 'file:'])
      await assert.rejects(connect(remote), (error: Error) => {
        assert.match(error.message, /no path, no file: URI/)
        assert.doesNotMatch(`${error.stack}`, /planted/)
        return true
      })
    await assert.rejects(connect(':memory:', { tableName: 'a; DROP' }), refused(/letters, digits/))
  })

  test('names damage, and writes nothing more', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.file('state.db')
    const store = await connect(file, { disableWAL: 'true' })
    const upserts = Array.from({ length: 500 }, (_, n) => ({
      kind: 'upsert' as const,
      write: writeOf(`key ${n}`, 'x'.repeat(500)),
    }))
    await store.transact(upserts, {})
    await store[Symbol.asyncDispose]()
    const database = new Database(file)
    const pages = Number(
      (database.prepare('PRAGMA page_count').get([]) as { page_count: number }).page_count,
    )
    database.close()
    const handle = await open(file, 'r+')
    for (let page = 5; page < pages; page++)
      await handle.write(Buffer.alloc(4096, 0x5a), 0, 4096, page * 4096)
    await handle.close()
    await using damaged = await connect(file, { disableWAL: 'true' })
    await assert.rejects(damaged.transact(upserts, {}), refused(/damaged.*\.recover/))
  })

  test('says that its file was removed, rather than go on with what nobody else finds', async () => {
    await using directory = await temporaryDirectory()
    await using store = await connect(directory.file('state.db'))
    await store.set(writeOf('a', 'one'))
    await rm(directory.file('state.db'))
    await assert.rejects(store.set(writeOf('a', 'two')), refused(/removed or replaced/))
    await assert.rejects(store.get('a', ANYHOW), refused(/removed or replaced/))
  })

  test('says that the disk is full, and keeps what it had', async function () {
    requirePartner(this, 'root')
    await using directory = await temporaryDirectory()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', directory.path])
    try {
      await using store = await connect(directory.file('state.db'))
      await store.set(writeOf('a', 'one'))
      const full = { code: 'STATE_UNAVAILABLE', message: /disk of the database is full/ }
      await assert.rejects(store.set(writeOf('b', 'x'.repeat(1 << 20))), full)
      assert.equal(await textOf(store, 'a'), 'one')
      assert.equal(await textOf(store, 'b'), undefined)
      await store.set(writeOf('c', 'three'))
    } finally {
      execFileSync('umount', ['-l', directory.path])
    }
  })

  test('removes expired records in sweeps, and no timer outlives it [cleanupInterval]', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.file('state.db')
    const clock = createFakeClock()
    const metadata = { connectionString: file, cleanupInterval: '60' }
    const store = await openStateStore('state.sqlite', metadata, { clock })
    const upserts = Array.from({ length: 2500 }, (_, n) => ({
      kind: 'upsert' as const,
      write: writeOf(`k${n}`, 'x', { ttlSeconds: n === 0 ? 1000 : 10 }),
    }))
    await store.transact(upserts, {})
    const database = new Database(file)
    const count = () =>
      (database.prepare('SELECT count(*) AS n FROM state').get([]) as { n: number }).n
    assert.equal(count(), 2500)
    clock.advance(60_000)
    await store.ping()
    assert.equal(count(), 1500, 'a sweep is bounded')
    for (let n = 0; n < 3; n++) {
      clock.advance(100)
      await store.ping()
    }
    assert.equal(count(), 1)
    await store[Symbol.asyncDispose]()
    assert.equal(clock.pending, 0)
  })

  test('is in daprd’s layout, and tells when a record ends [dapr: state/sqlite]', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.file('state.db')
    const clock = createFakeClock()
    await using store = await openStateStore('state.sqlite', { connectionString: file }, { clock })
    await store.set(writeOf('json', '{"n":1}', { ttlSeconds: 60 }))
    await store.set(writeOf('bytes', Uint8Array.of(0, 255)))
    const database = new Database(file)
    const row = (key: string) =>
      database
        .prepare('SELECT value, is_binary AS b, expiration_time AS e FROM state WHERE key = ?')
        .get([key]) as Record<string, unknown>
    assert.deepEqual([row('json').value, row('json').b], ['{"n":1}', 0])
    assert.equal(row('json').e, '2026-01-01 00:01:00.000')
    assert.deepEqual([row('bytes').value, row('bytes').b], ['AP8=', 1])
    database
      .prepare("INSERT INTO state VALUES ('theirs', 'YQ==', 1, 'e', '2026-01-01 00:00:30', ?)")
      .run(['2026-01-01 00:00:00'])
    const record = await store.get('theirs', ANYHOW)
    assert.equal(Buffer.from(record?.value ?? []).toString(), 'a')
    assert.equal(record?.expiresMs, Date.parse('2026-01-01T00:00:30Z'))
    clock.advance(30_000)
    assert.equal(await textOf(store, 'theirs'), undefined)
  })
})
