import assert from 'node:assert/strict'
import { rename, rm, writeFile } from 'node:fs/promises'
import { createSystemClock } from '../../../src/base/clock.ts'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import {
  createDirectorySource,
  parseResources,
  watchResources,
} from '../../../src/resources/index.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const parse = async (text: string) => {
  const { resources, problems } = await parseResources([{ file: 'c.yaml', text }])
  return { ...resources, problems }
}
const redis = (name: string, more = '') => `
apiVersion: dapr.io/v1alpha1
kind: Component
metadata:
  name: ${name}
spec:
  type: state.redis
  metadata:
  - name: redisHost
    value: localhost:6379
${more}`

describe('parseResources', () => {
  test('reads a component of 2020, which has no version', async () => {
    const { components, problems } = await parse(
      redis('statestore', '  - name: redisPassword\n    value: ""\n'),
    )
    assert.deepEqual(problems, [])
    const [component] = components
    assert.deepEqual(component?.resource, {
      name: 'statestore',
      namespace: '',
      type: 'state.redis',
      version: 'v1',
      metadata: [
        { name: 'redisHost', value: 'localhost:6379', secretKeyRef: undefined, envRef: undefined },
        { name: 'redisPassword', value: '', secretKeyRef: undefined, envRef: undefined },
      ],
      ignoreErrors: false,
      initTimeoutMs: 5_000,
      scopes: [],
      secretStore: undefined,
    })
  })

  test('reads references, scopes and the rest, values of any kind as text', async () => {
    const { components, problems } = await parse(`
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: a, namespace: shop }
auth: { secretStore: vault }
scopes: [orders]
spec:
  type: State.InMemory
  version: v2
  ignoreErrors: true
  initTimeout: 1m
  metadata:
  - { name: n, value: 3 }
  - { name: b, value: true }
  - { name: o, value: { a: [1] } }
  - { name: s, secretKeyRef: { name: db } }
  - { name: e, envRef: DB }
---
kind: HTTPEndpoint
metadata: { name: api }
spec: { baseUrl: https://api.example.org }
`)
    assert.deepEqual(
      problems.map(({ code, severity, line }) => [code, severity, line]),
      [['KIND_NOT_BUILT', 'warning', 19]],
    )
    const component = components[0]?.resource
    assert.deepEqual(
      component?.metadata.map(({ value, secretKeyRef, envRef }) => value ?? secretKeyRef ?? envRef),
      ['3', 'true', '{"a":[1]}', { name: 'db', key: 'db' }, 'DB'],
    )
    assert.deepEqual(
      [component?.type, component?.version, component?.initTimeoutMs, component?.secretStore],
      ['state.inmemory', 'v2', 60_000, 'vault'],
    )
  })

  test('tells every mistake with its line, and never a value of the metadata', async () => {
    const { components, problems } = await parse(`
apiVersion: dapr.io/v1
kind: Component
metadata: { name: "a b" }
spec:
  type: redis
  initTimeout: soon
  metadata:
  - { name: 7, value: hunter2 }
  - { nam: redisPassword, value: hunter2 }
`)
    assert.equal(components.length, 0)
    assert.deepEqual(problems.map(({ path, line, code }) => `${line} ${path} ${code}`).sort(), [
      '10 spec.metadata.1.nam FIELD_UNKNOWN',
      '10 spec.metadata.1.name FIELD_INVALID',
      '2 apiVersion FIELD_INVALID',
      '4 metadata.name NAME_INVALID',
      '6 spec.type TYPE_INVALID',
      '7 spec.initTimeout DURATION_INVALID',
      '9 spec.metadata.0.name FIELD_INVALID',
    ])
    assert.ok(!JSON.stringify(problems).includes('hunter2'))
  })

  test('keeps the first of two with one name', async () => {
    const { components, problems } = await parse(`${redis('a')}---${redis('a')}`)
    assert.equal(components.length, 1)
    assert.deepEqual(
      problems.map(({ code, seen }) => [code, seen]),
      [['COMPONENT_TWICE', 'a']],
    )
    const both = await parse(`${redis('a', '  initTimeout: soon\n')}---${redis('a')}`)
    assert.deepEqual(
      [both.components.length, both.problems.map(({ code }) => code)],
      [0, ['DURATION_INVALID', 'COMPONENT_TWICE']],
    )
  })
})

describe('watchResources', () => {
  async function open() {
    const directory = await temporaryDirectory()
    await writeFile(directory.file('a.yaml'), redis('a'))
    const seen: string[] = []
    const clock = createSystemClock()
    const watched = await watchResources({
      source: createDirectorySource([directory.path], clock),
      clock,
      onReload: ({ result, problems }, { components }) =>
        seen.push(
          result === 'rejected'
            ? problems.map(({ code }) => code).join()
            : components.map(({ resource }) => resource.name).join(),
        ),
    })
    assert.ok(watched.ok)
    return {
      directory,
      seen,
      live: watched.value,
      async [Symbol.asyncDispose]() {
        watched.value[Symbol.dispose]()
        await directory[Symbol.asyncDispose]()
      },
    }
  }

  test('sees files that come, change and go, and keeps the last good state of a bad change', async () => {
    await using opened = await open()
    const { directory, seen, live } = opened
    const names = () => live.current().components.map(({ resource }) => resource.name)
    assert.deepEqual(names(), ['a'])
    await writeFile(directory.file('new'), redis('b'))
    await rename(directory.file('new'), directory.file('b.yml'))
    await eventually(() => seen.at(-1) === 'a,b')
    await writeFile(directory.file('new'), 'kind: Component')
    await rename(directory.file('new'), directory.file('b.yml'))
    await eventually(() => seen.length === 2)
    assert.deepEqual(names(), ['a', 'b'])
    assert.ok(live.lastReload().problems.some(({ code }) => code === 'FIELD_INVALID'))
    await rm(directory.file('b.yml'))
    await eventually(() => seen.at(-1) === 'a')
    const { result, problems, recovered } = live.lastReload()
    assert.deepEqual([result, problems, recovered], ['applied', [], true])
  })

  test('passes over hidden files, and reads the items of a list', async () => {
    await using directory = await temporaryDirectory()
    await writeFile(directory.file('.a.yaml.swp.yaml'), redis('hidden'))
    const item = {
      apiVersion: 'dapr.io/v1alpha1',
      kind: 'Component',
      spec: { type: 'state.redis' },
    }
    const items = ['a', 'b'].map((name) => ({ ...item, metadata: { name } }))
    const list = { apiVersion: 'v1', kind: 'List', items }
    await writeFile(directory.file('all.json'), JSON.stringify(list))
    const clock = createFakeClock()
    const watched = await watchResources({
      source: createDirectorySource([directory.path], clock),
      clock,
      onReload: () => undefined,
    })
    assert.ok(watched.ok)
    using live = watched.value
    const { components } = live.current()
    assert.deepEqual(
      components.map(({ resource }) => resource.name),
      ['a', 'b'],
    )
  })

  test('looks again before what an emptied file held is gone, and says nothing when it is over', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.file('a.yaml')
    await writeFile(file, redis('a'))
    const clock = createFakeClock()
    const seen: number[] = []
    const watched = await watchResources({
      source: createDirectorySource([directory.path], clock),
      clock,
      onReload: (_, { components }) => seen.push(components.length),
    })
    assert.ok(watched.ok)
    const live = watched.value
    /** One look at the directory, to its end. */
    const look = async (): Promise<void> => {
      await eventually(() => clock.pending > 0)
      clock.advance(250)
      await eventually(() => clock.pending > 0)
    }
    await writeFile(file, '')
    await look()
    await writeFile(file, redis('b'))
    await eventually(async () => {
      await look()
      return seen.length > 0
    })
    assert.deepEqual(seen, [1], 'the empty file was never read')
    await writeFile(file, '')
    await eventually(async () => {
      await look()
      return seen.length > 1
    })
    assert.deepEqual(seen, [1, 0], 'one that stays empty holds nothing')
    live[Symbol.dispose]()
  })

  test('refuses a directory that is not there, by name', async () => {
    const clock = createSystemClock()
    const watched = await watchResources({
      source: createDirectorySource(['/nowhere'], clock),
      clock,
      onReload: () => undefined,
    })
    assert.ok(!watched.ok)
    assert.deepEqual(
      watched.error.map(({ code, file }) => [code, file]),
      [['DIRECTORY_UNREADABLE', '/nowhere']],
    )
  })
})
