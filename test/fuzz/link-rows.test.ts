import assert from 'node:assert/strict'
import fc from 'fast-check'
import { linkTrace } from '../../src/backend/query/dependency-linker.ts'
import { createLinkRows, linkRows } from '../../src/backend/store/disk/link-rows.ts'
import { FLAGS } from '../../src/backend/store/disk/span-rows.ts'
import { ZIPKIN_KINDS } from '../../src/wire/zipkin-span.ts'

const SERVICES = [undefined, 'a', 'b', 'c'] as const
const place = fc.nat({ max: 7 })
/** Ids 1 to 8, so that parents are found, missing, and go round in circles. */
const trace = fc.uniqueArray(
  fc.record({
    id: place,
    parent: fc.option(place),
    kind: fc.option(fc.constantFrom(...ZIPKIN_KINDS)),
    service: fc.nat({ max: 3 }),
    remote: fc.nat({ max: 3 }),
    isError: fc.boolean(),
  }),
  { selector: ({ id }) => id, maxLength: 8 },
)
/** Some have their sign bit set, some differ in the high word only. */
const WORDS: readonly (readonly [high: number, low: number])[] = [
  [0, 1],
  [0, 2],
  [1, 1],
  [1, 0x80000001],
  [0x80000000, 1],
  [0x80000000, 2],
  [0xffffffff, 0xffffffff],
  [0x7fffffff, 1],
]
const wordsOf = (id: number) => WORDS[id] as readonly [number, number]
const textOf = (id: number): string =>
  wordsOf(id)
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('')

describe('linkRows', () => {
  test('finds the links that linkTrace finds', () => {
    fc.assert(
      fc.property(trace, (drafts) => {
        // A span cannot be its own parent: reading drops that.
        const spans = drafts.map((one) => (one.parent === one.id ? { ...one, parent: null } : one))
        const rows = createLinkRows()
        rows.count = spans.length
        spans.forEach((span, i) => {
          const [high, low] = wordsOf(span.id)
          rows.idHigh[i] = high
          rows.idLow[i] = low
          const [parentHigh, parentLow] = span.parent === null ? [0, 0] : wordsOf(span.parent)
          rows.parentHigh[i] = parentHigh
          rows.parentLow[i] = parentLow
          rows.service[i] = span.service
          rows.remote[i] = span.remote
          const kind = span.kind === null ? 0 : ZIPKIN_KINDS.indexOf(span.kind) + 1
          rows.flags[i] = kind | (span.isError ? FLAGS.error : 0)
        })
        const found: string[] = []
        const name = (number: number) => SERVICES[number]
        assert.ok(
          linkRows(rows, (parent, child, isError) =>
            found.push(`${name(parent)} ${name(child)} ${isError}`),
          ),
        )
        const wanted: string[] = []
        linkTrace(
          spans.map((span) => ({
            id: textOf(span.id),
            parentId: span.parent === null ? undefined : textOf(span.parent),
            kind: span.kind ?? undefined,
            shared: false,
            local: span.service === 0 ? undefined : { serviceName: name(span.service) as string },
            remoteServiceName: name(span.remote),
            isError: span.isError,
          })),
          (...link) => wanted.push(link.join(' ')),
        )
        assert.deepEqual(found.sort(), wanted.sort())
      }),
      { numRuns: 3000 },
    )
  })

  test('leaves a trace with shared spans, or with an id twice, to linkTrace', () => {
    const rows = createLinkRows()
    rows.count = 2
    rows.idLow.set([1, 1])
    assert.equal(
      linkRows(rows, () => undefined),
      false,
    )
    rows.idLow.set([1, 2])
    rows.flags[1] = FLAGS.shared
    assert.equal(
      linkRows(rows, () => undefined),
      false,
    )
  })
})
