import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import {
  createFileSource,
  createSecretFiles,
  type Reload,
  watchConfiguration,
} from '../../../src/resources/index.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const rate = (value: string): string =>
  `kind: Configuration\nspec:\n  tracing:\n    samplingRate: "${value}"\n`

async function open(text: string) {
  const directory = await temporaryDirectory()
  const file = directory.file('config.yaml')
  await writeFile(file, text)
  await mkdir(directory.file('keys'))
  const clock = createFakeClock()
  const reloads: Reload['result'][] = []
  const result = await watchConfiguration({
    source: createFileSource([file], clock),
    env: {},
    clock,
    secrets: createSecretFiles(directory.path),
    onReload: ({ result: outcome }) => reloads.push(outcome),
  })
  assert.ok(result.ok)
  const live = result.value
  return {
    live,
    clock,
    file,
    secret: directory.file('keys', 'api'),
    reloads,
    rate: () => live.current().configuration.tracing?.samplingRate,
    async [Symbol.asyncDispose]() {
      live[Symbol.dispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

describe('watchConfiguration', () => {
  test('refuses to start with every problem of the first reading', async () => {
    await using directory = await temporaryDirectory()
    const missing = directory.file('missing.yaml')
    const clock = createFakeClock()
    const result = await watchConfiguration({
      source: createFileSource([missing], clock),
      env: {},
      clock,
      onReload: () => assert.fail('nothing is in force'),
    })
    assert.ok(!result.ok)
    assert.deepEqual(
      result.error.map(({ code, file }) => [code, file]),
      [['FILE_UNREADABLE', missing]],
    )
  })

  test('is generation 1 at the start, frozen', async () => {
    await using opened = await open(rate('0.5'))
    const snapshot = opened.live.current()
    assert.deepEqual([snapshot.generation, opened.rate()], [1, 0.5])
    assert.ok(Object.isFrozen(snapshot) && Object.isFrozen(snapshot.configuration))
    assert.deepEqual([opened.live.lastReload().result, opened.reloads], ['applied', []])
  })

  test('sees an edit by itself, when time passes', async () => {
    await using opened = await open(rate('0.5'))
    await writeFile(opened.file, rate('0.75'))
    await eventually(() => {
      opened.clock.advance(50)
      return opened.rate() === 0.75
    })
    assert.equal(opened.live.current().generation, 2)
    assert.deepEqual(opened.reloads, ['applied'])
  })

  test('keeps the last good one when an edit is bad, and says so until it is mended [design 4]', async () => {
    await using opened = await open(rate('0.5'))
    const good = opened.live.current()
    await writeFile(opened.file, rate('50%'))
    assert.equal((await opened.live.reload()).result, 'rejected')
    assert.equal(opened.live.current(), good)
    assert.equal(opened.live.lastReload().problems[0]?.code, 'RATE_NOT_A_NUMBER')
    assert.equal((await opened.live.reload()).result, 'unchanged')
    await writeFile(opened.file, rate('0.5'))
    const mended = await opened.live.reload()
    assert.deepEqual([mended.result, mended.recovered], ['unchanged', true])
    assert.equal(opened.live.current(), good)
    assert.deepEqual(opened.live.lastReload().problems, [])
  })

  test('does nothing for an edit that changes nothing', async () => {
    await using opened = await open(rate('0.5'))
    await writeFile(opened.file, `# a remark\n${rate('0.50')}`)
    assert.equal((await opened.live.reload()).result, 'unchanged')
    assert.equal(opened.live.current().generation, 1)
  })

  test('keeps the last good one when the file is gone', async () => {
    await using opened = await open(rate('0.5'))
    await rm(opened.file)
    const { result, problems } = await opened.live.reload()
    assert.deepEqual(
      [result, problems[0]?.code, opened.rate()],
      ['rejected', 'FILE_UNREADABLE', 0.5],
    )
  })

  test('watches no more after it is disposed of', async () => {
    await using opened = await open(rate('0.5'))
    opened.live[Symbol.dispose]()
    assert.equal(opened.clock.pending, 0)
  })

  test('says who set what, since when, and follows moved lines without a new generation', async () => {
    await using opened = await open(rate('0.5'))
    const first = opened.live.current()
    assert.deepEqual(first.sources, { 'tracing.samplingRate': { file: opened.file, line: 4 } })
    opened.clock.advance(1_000)
    await writeFile(opened.file, `# a remark\n${rate('0.5')}`)
    assert.equal((await opened.live.reload()).result, 'unchanged')
    const moved = opened.live.current()
    assert.equal(moved.sources['tracing.samplingRate']?.line, 5)
    assert.deepEqual([moved.generation, moved.sinceUs], [1, first.sinceUs])
    await writeFile(opened.file, rate('1'))
    await opened.live.reload()
    assert.ok(opened.live.current().sinceUs > first.sinceUs)
  })

  test('hands on warnings with what was applied', async () => {
    await using opened = await open(`${rate('0.5')}    stdaut: true\n`)
    const codes = () => opened.live.current().warnings.map(({ code }) => code)
    assert.deepEqual(codes(), ['FIELD_UNKNOWN'])
    assert.equal(opened.live.lastReload().problems[0]?.severity, 'warning')
    await writeFile(opened.file, rate('0.5'))
    assert.equal((await opened.live.reload()).result, 'unchanged')
    assert.deepEqual(codes(), [])
  })

  test('sees that a secret has changed, by itself', async () => {
    const text =
      'kind: Configuration\nspec: { tracing: { zipkin: { endpointAddress: http://a/, headers: [{ name: key, secretKeyRef: { name: keys, key: api } }] } } }\n'
    await using opened = await open(rate('1'))
    const key = () => opened.live.current().configuration.tracing?.zipkin?.headers.key
    await writeFile(opened.file, text)
    assert.equal((await opened.live.reload()).result, 'rejected')
    const [problem] = opened.live.lastReload().problems
    assert.equal(problem?.code, 'SECRET_NOT_FOUND')
    assert.ok(problem?.message.includes(opened.secret))
    for (const value of ['one', 'two']) {
      await writeFile(opened.secret, value)
      await eventually(() => {
        opened.clock.advance(50)
        return key() === value
      })
    }
    assert.equal(opened.live.current().generation, 3)
    await rm(opened.secret)
    assert.equal((await opened.live.reload()).result, 'rejected')
    assert.equal(key(), 'two')
  })
})
