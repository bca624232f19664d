import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parsePromql } from '../../src/backend/promql/parse.ts'
import { parseExposition } from '../../src/wire/parse-exposition.ts'

/** Fixed, so that a failure is found again; fast-check prints it with the path to the case. */
const RUNS = { seed: 20_260_101, numRuns: 500 }

/** Something right with one place spoiled, or words of the format in any order. */
const nearly = (seeds: readonly string[], words: readonly string[]) =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom(...seeds), fc.nat(), fc.nat({ max: 4 }), fc.constantFrom(...words))
      .map(([seed, at, cut, put]) => {
        const place = at % (seed.length + 1)
        return seed.slice(0, place) + put + seed.slice(place + cut)
      }),
    fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((list) => list.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  )

const expositions = nearly(
  [
    '# HELP a b\\n\n# TYPE a counter\na_total{b="c\\\\",d="e"} 1.5 1395066363000\n',
    '# TYPE a counter\na_total 1 # {trace_id="x"} 0.5 1.5\n# EOF\n',
  ],
  ['a', '{', '}', '"', '\\', ',', '=', ' ', '\n', '#', '1', 'NaN', '# EOF', '__proto__', '\t'],
)
const queries = nearly(
  [
    'sum by (a) (rate(b{c=~"d.*"}[5m] offset -1m)) / on (a) group_left (e) f > bool 1',
    'histogram_quantile(0.9, label_replace(a, "b", "$1", "c", "(.*)")) @ end() or -1 ^ 2',
  ],
  ['a', '(', ')', '[', '5m', ']', '{', '}', '"', '`', '-', '^', 'by', 'on', 'bool', ' ', '@', ','],
)

describe('what the backend reads of metrics, with anything', () => {
  test('parseExposition gives samples, or the bad line', () => {
    fc.assert(
      fc.property(expositions, fc.constantFrom('text', 'openmetrics'), (text, format) => {
        const read = parseExposition(text, format)
        if (read.ok) for (const { labels } of read.value.samples) assert.ok(labels.pairs.length > 0)
        else assert.ok(Number(read.error.line) > 0 && read.error.message !== '')
      }),
      RUNS,
    )
  })

  test('parsePromql gives a query, or what is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(queries, async (text) => {
        const read = await parsePromql(text)
        if (!read.ok) assert.ok(read.error !== '')
      }),
      RUNS,
    )
  })
})
