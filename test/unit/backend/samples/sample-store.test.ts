import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  compileRegexes,
  type MatchOperator,
  toMatcher,
} from '../../../../src/backend/promql/matchers.ts'
import {
  createSampleStore,
  type SampleStore,
} from '../../../../src/backend/samples/sample-store.ts'
import { createTargetWriter } from '../../../../src/backend/samples/target-writer.ts'
import { labelsOf } from '../../../../src/wire/labels.ts'
import { parseExposition } from '../../../../src/wire/parse-exposition.ts'
import { formatLabels, ROOMY, readLabels } from '../../../support/sample-table.ts'

const ALL = [['__name__', '!=', '']] as const

async function matchersOf(wanted: readonly (readonly [string, MatchOperator, string])[]) {
  const regexes = await compileRegexes(wanted.map(([, , value]) => value))
  assert.ok(regexes.ok)
  return wanted.map(([name, operator, value]) =>
    toMatcher({ name, operator, value }, regexes.value),
  )
}

/** `a{}: 1=2 3=4 5=stale` of each series. */
async function contents(
  store: SampleStore,
  wanted: Parameters<typeof matchersOf>[0] = ALL,
  fromMs = -1,
  toMs = 1e15,
): Promise<string[]> {
  return [...store.select(await matchersOf(wanted), fromMs, toMs)].map(
    ({ labels, timesMs, values, endsMs }) => {
      const points = [
        ...Array.from(timesMs, (ms, i) => [ms, values[i]] as const),
        ...endsMs.map((ms) => [ms, 'stale'] as const),
      ].sort(([a], [b]) => a - b)
      return `${formatLabels(labels)} ${points.map(([ms, value]) => `${ms}=${value}`).join(' ')}`
    },
  )
}

describe('the sample store', () => {
  test('gives back what it was given, within the time asked for, open on the left', async () => {
    const store = createSampleStore(ROOMY)
    for (let i = 1; i <= 300; i++) store.append(readLabels('a'), i, i * 2)
    assert.deepEqual(await contents(store, ALL, 298, 300), ['a{} 299=598 300=600'])
    assert.deepEqual(await contents(store, ALL, 0, 2), ['a{} 1=2 2=4'])
    assert.deepEqual(await contents(store, ALL, 300, 400), [])
    assert.equal(store.stats().samples, 300)
  })

  test('finds series by any of their labels', async () => {
    const store = createSampleStore(ROOMY)
    const names = ['a{x="1",y="1"}', 'a{x="2"}', 'b{x="1"}']
    for (const name of names) store.append(readLabels(name), 1, 0)
    const cases = [
      [[['x', '=', '1']], [0, 2]],
      [
        [
          ['__name__', '=', 'a'],
          ['x', '=', '1'],
        ],
        [0],
      ],
      [
        [
          ['__name__', '=~', 'a|b'],
          ['y', '=', ''],
        ],
        [1, 2],
      ],
      [[['x', '!=', '1']], [1]],
      [[['x', '!~', '1|2']], []],
      [[['x', '=', 'nosuch']], []],
    ] as const
    for (const [wanted, found] of cases)
      assert.deepEqual(
        await contents(store, wanted),
        found.map((i) => `${names[i]?.includes('{') ? names[i] : `${names[i]}{}`} 1=0`),
        JSON.stringify(wanted),
      )
  })

  test('takes nothing that is older than what it has', async () => {
    const store = createSampleStore(ROOMY)
    const a = readLabels('a')
    assert.equal(store.append(a, 10, 1), undefined)
    assert.equal(store.append(a, 10, 2), 'old')
    store.end(a, 20)
    assert.equal(store.append(a, 20, 3), 'old')
    assert.equal(store.append(a, 21, 4), undefined)
    assert.deepEqual(await contents(store), ['a{} 10=1 20=stale 21=4'])
  })

  test('forgets what is too old, and a series with its last sample', async () => {
    const store = createSampleStore({ ...ROOMY, retainMs: 1_000 })
    for (let i = 1; i <= 240; i++) store.append(readLabels('old'), i, i)
    store.end(readLabels('old'), 250)
    for (let i = 1; i <= 150; i++) store.append(readLabels('kept'), i * 10, i)
    const before = store.stats().bytes
    store.sweep(1_250)
    // Whole runs of 120 samples leave.
    assert.deepEqual(
      (await contents(store)).map((line) => line.split(' ').length - 1),
      [150],
    )
    store.sweep(2_300)
    assert.deepEqual(
      (await contents(store)).map((line) => line.split(' ').length - 1),
      [30],
    )
    assert.ok(store.stats().bytes < before / 2)
    store.sweep(10_000)
    assert.deepEqual(
      { ...store.stats(), evictedSamples: 0 },
      { series: 0, samples: 0, bytes: 0, evictedSamples: 0 },
    )
    assert.equal(store.stats().evictedSamples, 390)
  })

  test('keeps its bytes whatever it is given, and says what it refused', () => {
    const name = fc.integer({ min: 0, max: 60 })
    const operations = fc.array(
      fc.tuple(
        fc.constantFrom('append', 'append', 'append', 'end', 'exemplar', 'sweep'),
        name,
        fc.double(),
      ),
      { minLength: 200, maxLength: 2_000 },
    )
    fc.assert(
      fc.property(operations, fc.integer({ min: 4_000, max: 60_000 }), (list, maxBytes) => {
        const store = createSampleStore({ maxBytes, retainMs: 500, maxExemplars: 3 })
        let timeMs = 0
        let taken = 0
        for (const [operation, i, value] of list) {
          timeMs++
          const labels = labelsOf([['__name__', `m${i}`]])
          if (operation === 'append' && store.append(labels, timeMs, value) === undefined) taken++
          if (operation === 'end') store.end(labels, timeMs)
          if (operation === 'exemplar') store.addExemplar(labels, { labels, value }, timeMs)
          if (operation === 'sweep') store.sweep(timeMs)
          assert.ok(store.stats().bytes <= maxBytes)
        }
        assert.equal(store.stats().samples + store.stats().evictedSamples, taken)
        store.sweep(timeMs + 501)
        store.sweep(timeMs + 501)
        assert.equal(store.stats().bytes, 0)
      }),
      { seed: 20_260_101, numRuns: 100 },
    )
  })

  test('evicts the oldest samples first when it is full', async () => {
    const store = createSampleStore({ ...ROOMY, maxBytes: 20_000 })
    for (let i = 1; i <= 20_000; i++)
      assert.equal(store.append(readLabels('a'), i * 15_000, i / 7), undefined)
    const [line = ''] = await contents(store)
    assert.ok(line.endsWith(`300000000=${20_000 / 7}`))
    assert.ok(store.stats().samples > 500 && store.stats().evictedSamples > 10_000)
  })

  test('keeps the latest exemplars of a series, each once', async () => {
    const store = createSampleStore({ ...ROOMY, maxExemplars: 2 })
    const labels = readLabels('a')
    const exemplar = (id: string, timeMs?: number) => ({
      labels: labelsOf([['trace_id', id]]),
      value: 1,
      ...(timeMs === undefined ? {} : { timeMs }),
    })
    store.append(labels, 1, 1)
    store.addExemplar(labels, exemplar('one', 10), 100)
    store.addExemplar(labels, exemplar('one', 10), 200)
    store.addExemplar(labels, exemplar('two'), 300)
    store.addExemplar(labels, exemplar('late', 20), 400)
    store.addExemplar(labels, exemplar('three'), 500)
    const found = [...store.exemplars(await matchersOf(ALL), 0, 1_000)]
    assert.deepEqual(
      found[0]?.exemplars.map(({ labels: own, timeMs }) => [own.pairs[0]?.[1], timeMs]),
      [
        ['two', 300],
        ['three', 500],
      ],
    )
  })
})

describe('a target’s scrapes', () => {
  const scrape = (text: string) => {
    const parsed = parseExposition(text, 'text')
    assert.ok(parsed.ok)
    return parsed.value
  }
  const toLabels = (labels: ReturnType<typeof readLabels>) =>
    labelsOf([...labels.pairs, ['instance', 'i']])

  test('end a series that vanishes, and all when the target does', async () => {
    const store = createSampleStore(ROOMY)
    const target = createTargetWriter(store, toLabels)
    target.write(scrape('a 1\nb 2\n'), 10)
    target.write(scrape('a 1\n'), 20)
    target.end(30)
    target.write(scrape('a 3\nt 4 35\n'), 40)
    target.write(scrape('a 5\n'), 50)
    assert.deepEqual(await contents(store), [
      'a{instance="i"} 10=1 20=1 30=stale 40=3 50=5',
      'b{instance="i"} 10=2 20=stale',
      't{instance="i"} 35=4',
    ])
  })

  test('count what was not kept', () => {
    const target = createTargetWriter(createSampleStore(ROOMY), toLabels)
    assert.equal(target.write(scrape('a 1\na 2\nb 1\n'), 10), 1)
  })
})
