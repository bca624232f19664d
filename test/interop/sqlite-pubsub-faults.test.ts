import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import Database from 'libsql'
import { createFakeClock } from '../../src/base/fake-clock.ts'
import { createLogger, formatLogfmt } from '../../src/base/logger.ts'
import type { PubSub } from '../../src/components/pubsub/index.ts'
import { startProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import { listen, openPubSub, publishText } from '../support/open-pubsub.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const SOON = { processingTimeout: '200ms', redeliverInterval: '50ms', pollInterval: '5ms' }

const connect = (file: string, metadata: Record<string, string> = {}): Promise<PubSub> =>
  openPubSub('pubsub.sqlite', { connectionString: file, ...metadata })

const heldBy = (file: string, table: string): number =>
  (new Database(file).prepare(`SELECT count(*) AS n FROM ${table}`).get([]) as { n: number }).n

describe('pubsub.sqlite when something fails', () => {
  test('delivers again what a killed subscriber had, and keeps nothing then', async function () {
    this.timeout(30_000)
    await using directory = await temporaryDirectory()
    const file = directory.file('broker.db')
    await using pubsub = await connect(file, SOON)
    await using program = await startProgram(process.execPath, [
      '--import',
      'tsx',
      'test/interop/sqlite-pubsub-subscriber.ts',
      file,
    ])
    for (let n = 0; n < 30; n++) await publishText(pubsub, 'orders', String(n))
    await program.waitForLine(/^got 9$/)
    await program.stop('SIGKILL')
    assert.equal(heldBy(file, 'pubsub_delivery'), 10)
    // What it held is its own for 60 s; a little later for everyone.
    new Database(file).exec('UPDATE pubsub_delivery SET due_ms = due_ms - 60000')
    await using listener = await listen(pubsub, 'orders')
    await listener.waitFor((texts) => new Set(texts).size === 30)
    const again = listener.messages.filter(({ attempt }) => attempt === 2)
    assert.equal(again.length, 10)
    await eventually(() => heldBy(file, 'pubsub_message') === 0)
    assert.equal(listener.messages.length, 30)
  })

  test('holds what is under way for its time, and no longer [processingTimeout]', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.file('broker.db')
    const clock = createFakeClock()
    const metadata = { connectionString: file, processingTimeout: '60s', redeliverInterval: '15s' }
    const open = () => openPubSub('pubsub.sqlite', metadata, { clock })
    await using one = await open()
    await using two = await open()
    let finish: () => void = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    await publishText(one, 'orders', 'x')
    await using slow = await listen(one, 'orders', () => finished)
    await slow.waitFor((texts) => texts.length === 1)
    await using other = await listen(two, 'orders')
    await eventually(() => clock.pending >= 3)
    clock.advance(59_900)
    assert.deepEqual(other.texts(), [])
    clock.advance(100)
    await other.waitFor((texts) => texts.length === 1)
    assert.equal(other.messages[0]?.attempt, 2)
    assert.equal(slow.messages.length, 1)
    const waiting = clock.pending
    for (let n = 0; n < 20; n++) clock.advance(10)
    assert.equal(clock.pending, waiting, 'what is at work wakes nobody')
    finish()
    await eventually(() => heldBy(file, 'pubsub_message') === 0)
  })

  test('keeps what two groups have not both acknowledged, and for a new group from the first on', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.file('broker.db')
    const open = (appId: string) =>
      openPubSub('pubsub.sqlite', { connectionString: file, ...SOON }, { appId })
    await using a = await open('a')
    await publishText(a, 'orders', '1')
    await publishText(a, 'orders', '2')
    await using b = await open('b')
    await (await listen(b, 'orders', () => Promise.reject(new Error('again'))))[
      Symbol.asyncDispose
    ]()
    const ofA = await listen(a, 'orders')
    await ofA.waitFor((texts) => texts.length === 2)
    await ofA[Symbol.asyncDispose]()
    assert.equal(heldBy(file, 'pubsub_message'), 2)
    await using ofB = await listen(b, 'orders')
    await ofB.waitFor((texts) => new Set(texts).size === 2)
    await eventually(() => heldBy(file, 'pubsub_message') === 0)
  })

  test('bounds a topic: the oldest goes while nobody waits, a publish is refused while one does', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.file('broker.db')
    await using pubsub = await connect(file, { ...SOON, maxLen: '3' })
    for (let n = 0; n < 5; n++) await publishText(pubsub, 'orders', String(n))
    assert.equal(heldBy(file, 'pubsub_message'), 3)
    let finish: () => void = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    await using listener = await listen(pubsub, 'orders', () => finished)
    await listener.waitFor((texts) => texts.length === 3)
    assert.deepEqual(listener.texts(), ['2', '3', '4'])
    await assert.rejects(publishText(pubsub, 'orders', '5'), {
      code: 'PUBSUB_FULL',
      retryable: true,
      message: /3 messages.*maxLen/,
    })
    finish()
    await eventually(() => publishText(pubsub, 'orders', '5').then(() => true))
    await listener.waitFor((texts) => texts.includes('5'))
  })

  test('asks the file for nothing while nothing happens', async () => {
    await using directory = await temporaryDirectory()
    const clock = createFakeClock()
    const file = directory.file('broker.db')
    const metadata = { connectionString: file }
    const pubsub = await openPubSub('pubsub.sqlite', metadata, { clock })
    const listener = await listen(pubsub, 'orders')
    await publishText(pubsub, 'orders', 'x')
    await listener.waitFor((texts) => texts.length === 1)
    await eventually(() => heldBy(file, 'pubsub_message') === 0)
    const before = heldBy(file, 'sqlite_schema')
    clock.advance(60_000)
    assert.equal(heldBy(file, 'sqlite_schema'), before)
    assert.equal(clock.pending, 1)
    await listener[Symbol.asyncDispose]()
    assert.equal(clock.pending, 0)
    await pubsub[Symbol.asyncDispose]()
  })

  test('waits while another process writes, and delivers when it has done', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.file('broker.db')
    await using pubsub = await connect(file, { ...SOON, busyTimeout: '1ms' })
    await using listener = await listen(pubsub, 'orders')
    await publishText(pubsub, 'orders', 'before')
    await listener.waitFor((texts) => texts.length === 1)
    await eventually(() => heldBy(file, 'pubsub_message') === 0)
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    await assert.rejects(publishText(pubsub, 'orders', 'x'), {
      code: 'PUBSUB_UNAVAILABLE',
      retryable: true,
      message: /locked/,
    })
    other.exec('ROLLBACK')
    await eventually(() => publishText(pubsub, 'orders', 'after').then(() => true))
    await listener.waitFor((texts) => texts.includes('after'))
    assert.deepEqual(listener.texts(), ['before', 'after'])
  })

  test('names what is no database, and logs once why nothing is delivered', async () => {
    await using directory = await temporaryDirectory()
    const foreign = directory.file('foreign.db')
    await writeFile(foreign, Buffer.alloc(8192, 7))
    const refused = (message: RegExp) => ({ code: 'PUBSUB_UNAVAILABLE', retryable: false, message })
    await assert.rejects(connect(foreign), refused(/no SQLite database/))
    await assert.rejects(connect(directory.path), refused(/names a directory/))
    await assert.rejects(connect(':memory:'), refused(/pubsub\.in-memory/))
    const lines: string[] = []
    const log = createLogger({
      level: 'info',
      format: formatLogfmt,
      fields: {},
      write: (line) => lines.push(line),
      nowUs: () => 0,
    })
    const file = directory.file('broker.db')
    await using pubsub = await openPubSub(
      'pubsub.sqlite',
      { connectionString: file, ...SOON },
      { log },
    )
    await rm(file)
    await using _listener = await listen(pubsub, 'orders')
    await eventually(() => lines.length > 0)
    await assert.rejects(publishText(pubsub, 'orders', 'x'), refused(/removed or replaced/))
    assert.match(lines.join('\n'), /nothing is delivered.*removed or replaced.*topic=orders/)
    assert.equal(lines.length, 1)
  })
})
