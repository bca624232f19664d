import assert from 'node:assert/strict'
import {
  AS_DECLARED,
  type CounterDefinition,
  counter,
  createSeriesTable,
  type MetricView,
} from '../../../src/telemetry/index.ts'

const calls = counter('calls_total', { help: '', labels: ['path', 'status'], openLabel: 'path' })
const closed = counter('closed_total', { help: '', labels: ['path', 'status'] })

function open<L extends string>(definition: CounterDefinition<L>, view: MetricView = AS_DECLARED) {
  const made: string[] = []
  const written: Record<string, number> = {}
  let folded = 0
  const table = createSeriesTable(
    definition,
    view,
    (labels) => {
      const name = Object.values(labels).join(' ')
      made.push(name)
      return (value) => {
        written[name] = (written[name] ?? 0) + value
      }
    },
    () => folded++,
  )
  return { table, made, written, folded: () => folded }
}

describe('createSeriesTable', () => {
  test('makes with a series those of the other values of its closed labels, as the rules rewrite them', () => {
    const calls = counter('calls_total', {
      help: '',
      labels: ['path', 'status', 'from'],
      openLabel: 'path',
      closed: { status: ['yes', 'no'], from: ['a', 'b'] },
    })
    const rewrites = new Map([['status', (value: string) => value.toUpperCase()]])
    const { table, made } = open(calls, { key: 'a', isRecorded: true, rewrites })
    assert.deepEqual(made, [])
    for (const path of ['/1', '/1', '/2']) table({ path, status: 'no', from: 'b' })(1)
    const ofOne = (path: string) => ['NO b', 'YES a', 'YES b', 'NO a'].map((of) => `${path} ${of}`)
    assert.deepEqual(made, [...ofOne('/1'), ...ofOne('/2')])
  })

  test('makes all series of a metric of closed labels at once, and folds none that nobody has asked for', () => {
    const whole = counter('whole_total', { help: '', labels: ['a'], closed: { a: ['x', 'y'] } })
    assert.deepEqual(open(whole).made, ['x', 'y'])
    const half = counter('half_total', {
      help: '',
      labels: ['path', 'ok'],
      openLabel: 'path',
      closed: { ok: ['true', 'false'] },
    })
    const { table, made, folded } = open(half)
    for (let i = 0; i < 600; i++) table({ path: `/${i}`, ok: 'true' })(1)
    assert.equal(made.length, 1_002)
    assert.equal(folded(), 100)
  })

  test('makes a series once, its labels in the order of the catalogue', () => {
    const { table, made } = open(calls)
    table({ status: '200', path: '/a' })(1)
    table({ path: '/a', status: '200' })(1)
    table({ path: '/a' })(1)
    assert.deepEqual(made, ['/a 200', '/a '])
  })

  test('holds 1000 series of an open label, then one more for each set of the others', () => {
    const { table, made, written, folded } = open(calls)
    for (let i = 0; i < 1_000; i++) table({ path: `/${i}`, status: '200' })(1)
    assert.deepEqual([made.length, folded()], [1_000, 0])
    table({ path: '/999', status: '200' })(1)
    assert.equal(folded(), 0)
    for (const status of ['200', '200', '500']) table({ path: '/more', status })(1)
    assert.equal(folded(), 3)
    assert.deepEqual(made.slice(1_000), ['{overflow} 200', '{overflow} 500'])
    assert.deepEqual([written['{overflow} 200'], written['{overflow} 500']], [2, 1])
  })

  test('bounds nothing whose labels are not open', () => {
    const { table, made } = open(closed)
    for (let i = 0; i < 1_100; i++) table({ path: `/${i}`, status: '200' })
    assert.equal(made.length, 1_100)
  })

  test('rewrites before it counts: a rule makes room', () => {
    let rewritten = 0
    const rewrite = (value: string): string => {
      rewritten++
      return value.replace(/\d+/, '{n}')
    }
    const view = { key: 'a', isRecorded: true, rewrites: new Map([['path', rewrite]]) }
    const { table, made, written, folded } = open(calls, view)
    for (let i = 0; i < 5_000; i++) table({ path: `/${i}`, status: '200' })(1)
    assert.deepEqual(made, ['/{n} 200'])
    assert.deepEqual([written['/{n} 200'], folded()], [5_000, 0])
    const write = table({ path: '/x', status: '200' })
    const before = rewritten
    for (let i = 0; i < 100; i++) write(1)
    assert.equal(rewritten, before)
  })
})
