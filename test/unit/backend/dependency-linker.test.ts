import assert from 'node:assert/strict'
import { LinkSum, linkTrace } from '../../../src/backend/query/dependency-linker.ts'
import { type LinkSpan, toLinkSpan } from '../../../src/backend/query/link-span.ts'
import type { ZipkinKind } from '../../../src/wire/zipkin-span.ts'

const span = (
  id: number,
  parent: number | undefined,
  kind: ZipkinKind | undefined,
  local: string | undefined,
  remote: string | undefined,
  more: Partial<LinkSpan> = {},
): LinkSpan => ({
  id: String(id),
  parentId: parent === undefined ? undefined : String(parent),
  kind,
  shared: false,
  local: local === undefined ? undefined : { serviceName: local },
  remoteServiceName: remote,
  isError: false,
  ...more,
})
const links = (...spans: LinkSpan[]): string[] => {
  const sum = new LinkSum()
  linkTrace(spans, (parent, child, isError) => sum.add(parent, child, 1, isError ? 1 : 0))
  return sum
    .links()
    .map(
      ({ parent, child, callCount, errorCount = 0 }) =>
        `${parent}>${child} ${callCount}/${errorCount}`,
    )
    .sort()
}

describe('linkTrace', () => {
  test('finds nothing in an empty trace or one local span', () => {
    assert.deepEqual(links(), [])
    assert.deepEqual(links(span(1, undefined, undefined, 'a', undefined)), [])
    assert.deepEqual(links(span(1, undefined, 'SERVER', 'a', undefined)), [])
  })
  test('counts a call seen from both sides once, by the name the server gives itself', () => {
    assert.deepEqual(
      links(span(1, undefined, 'CLIENT', 'a', 'alias'), span(2, 1, 'SERVER', 'b', undefined)),
      ['a>b 1/0'],
    )
  })
  test('tells two halves of one id apart', () => {
    assert.deepEqual(
      links(
        span(1, undefined, 'CLIENT', 'a', undefined),
        span(1, undefined, 'SERVER', 'b', undefined, { shared: true }),
        span(2, 1, 'CLIENT', 'b', 'db'),
      ),
      ['a>b 1/0', 'b>db 1/0'],
    )
  })
  test('takes an error from the callee, or from the client above it', () => {
    assert.deepEqual(
      links(
        span(1, undefined, 'CLIENT', 'a', 'b', { isError: true }),
        span(2, 1, 'SERVER', 'b', undefined),
      ),
      ['a>b 1/1'],
    )
  })
  test('links messages by both names only', () => {
    assert.deepEqual(
      links(
        span(1, undefined, 'PRODUCER', 'a', 'queue'),
        span(2, 1, 'CONSUMER', 'b', 'queue'),
        span(3, 2, 'PRODUCER', 'b', undefined),
      ),
      ['a>queue 1/0', 'queue>b 1/0'],
    )
  })
  test('skips local spans on the way to the caller, and fills a missing hop in', () => {
    assert.deepEqual(
      links(
        span(1, undefined, 'SERVER', 'a', undefined),
        span(2, 1, undefined, 'a', undefined),
        span(3, 2, 'SERVER', 'b', undefined),
        span(4, 3, 'CLIENT', 'c', 'd'),
      ),
      ['a>b 1/0', 'b>c 1/0', 'c>d 1/0'],
    )
  })
  test('goes on when spans name each other as parents, and through very deep traces', () => {
    assert.deepEqual(links(span(1, 2, 'CLIENT', 'a', 'b'), span(2, 1, 'CLIENT', 'b', 'c')), [])
    const deep = Array.from({ length: 50_000 }, (_, n) =>
      span(n + 1, n === 0 ? undefined : n, undefined, 'a', undefined),
    )
    assert.deepEqual(links(...deep, span(50_001, 50_000, 'SERVER', 'b', undefined)), [])
  })
  test('keeps of a span what it needs', () => {
    assert.deepEqual(toLinkSpan({ traceId: '1', id: '2', tags: { error: '' } }), {
      id: '2',
      parentId: undefined,
      kind: undefined,
      shared: false,
      local: undefined,
      remoteServiceName: undefined,
      isError: true,
    })
  })
})
