import assert from 'node:assert/strict'
import { readSpanFile } from '../../../src/console/model/span-file.ts'
import { errorMessageOf, statusOf } from '../../../src/wire/trace/span-facts.ts'
import { makeSpan } from '../../support/make-span.ts'

const read = (value: unknown) => readSpanFile(new TextEncoder().encode(JSON.stringify(value)))
const span = makeSpan('a', 'orders', [10, 5])
const other = { ...span, traceId: '00000000000000ff' }

describe('readSpanFile', () => {
  test('reads a list of spans, as Download JSON writes it', () => {
    const file = read([span])
    assert.deepEqual(file.ok && file.value, [[span]])
  })
  test('reads a list of traces, as the search answers', () => {
    const file = read([[span], [other]])
    assert.equal(file.ok && file.value.length, 2)
  })
  test('parts one list into its traces', () => {
    const file = read([span, other])
    assert.equal(file.ok && file.value.length, 2)
  })
  test('has no trace in an empty list', () => {
    const file = read([])
    assert.deepEqual(file.ok && file.value, [])
  })
  for (const [what, text] of [
    ['text that is no JSON', 'hello'],
    ['an object', '{}'],
    ['a span without ids', '[{"name":"x"}]'],
    ['nothing', ''],
  ] as const)
    test(`says what is wrong with ${what}, or finds it empty`, () => {
      const file = readSpanFile(new TextEncoder().encode(text))
      if (file.ok) assert.deepEqual(file.value, [])
      else assert.ok(file.error.length > 0)
    })
})

describe('errorMessageOf', () => {
  const messageOf = (tags: Record<string, string>): string | undefined =>
    errorMessageOf({ ...span, tags })
  test('is absent for a span that did not fail, whatever its status', () => {
    assert.equal(messageOf({ 'http.status_code': '404' }), undefined)
  })
  test('takes the best words there are', () => {
    assert.equal(messageOf({ error: 'card declined' }), 'card declined')
    assert.equal(messageOf({ error: 'true', 'otel.status_description': 'no stock' }), 'no stock')
    assert.equal(messageOf({ error: '', 'dapr.status_code': '500' }), 'status 500')
    assert.equal(messageOf({ 'otel.status_code': 'ERROR' }), 'failed without a message')
  })
  test('reads the status from Dapr’s and OTel’s tags', () => {
    assert.equal(statusOf({ ...span, tags: { 'dapr.status_code': '409' } }), '409')
    assert.equal(statusOf({ ...span, tags: {} }), undefined)
  })
})
