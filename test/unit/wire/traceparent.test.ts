import assert from 'node:assert/strict'
import {
  FLAG_RANDOM,
  FLAG_SAMPLED,
  formatTraceparent,
  parseTraceparent,
} from '../../../src/wire/traceparent.ts'

const T = '4bf92f3577b34da6a3ce929d0e0e4736'
const P = '00f067aa0ba902b7'

/** The parts of the text that say why. */
const invalid: readonly (readonly [why: string, value: string])[] = [
  ['an empty value', ''],
  ['a version alone', '00'],
  ['one character too few', `00-${T}-${P}-0`],
  ['one character too many [version-format]', `00-${T}-${P}-012`],
  ['more fields in version 00 [version-format]', `00-${T}-${P}-01-00`],
  ['version ff [version]', `ff-${T}-${P}-01`],
  ['version ff with more [version]', `ff-${T}-${P}-01-x`],
  ['upper case in the version', `0A-${T}-${P}-01`],
  ['upper case in the trace id [trace-id]', `00-${T.toUpperCase()}-${P}-01`],
  ['upper case in the parent id [parent-id]', `00-${T}-${P.toUpperCase()}-01`],
  ['upper case in the flags [trace-flags]', `00-${T}-${P}-0A`],
  ['a trace id of zeros [trace-id]', `00-${'0'.repeat(32)}-${P}-01`],
  ['a parent id of zeros [parent-id]', `00-${T}-${'0'.repeat(16)}-01`],
  ['a later version that goes on without a dash [versioning]', `01-${T}-${P}-01.x`],
  ['a later version with longer flags [versioning]', `01-${T}-${P}-011`],
  ['a trace id of zeros in a later version', `01-${'0'.repeat(32)}-${P}-01`],
  ['other separators', `00_${T}_${P}_01`],
  ['blanks around it', ` 00-${T}-${P}-01`],
  ['digits that are none in ASCII', `00-${T.replace('4', '٤')}-${P}-01`],
  ['two values in one line', `00-${T}-${P}-01,00-${T}-${P}-01`],
]

describe('parseTraceparent', () => {
  test('reads version 00 [trace-context: traceparent-header-field-values]', () => {
    assert.deepEqual(parseTraceparent(`00-${T}-${P}-01`), { traceId: T, spanId: P, flags: 1 })
  })

  test('accepts ids that are nearly zero', () => {
    const traceId = `${'0'.repeat(31)}1`
    const spanId = `${'0'.repeat(15)}1`
    assert.deepEqual(parseTraceparent(`00-${traceId}-${spanId}-00`), { traceId, spanId, flags: 0 })
  })

  test('reads later versions by their first four fields [trace-context: versioning-of-traceparent]', () => {
    for (const value of [
      `01-${T}-${P}-01`,
      `fe-${T}-${P}-01-`,
      `cc-${T}-${P}-01-what-the-future-will-be-like`,
    ])
      assert.deepEqual(parseTraceparent(value), { traceId: T, spanId: P, flags: 1 }, value)
  })

  test('keeps the flags of levels 1 and 2 and zeroes the rest [trace-context-2: trace-flags]', () => {
    for (let flags = 0; flags < 256; flags++) {
      const hex = flags.toString(16).padStart(2, '0')
      assert.equal(
        parseTraceparent(`00-${T}-${P}-${hex}`)?.flags,
        flags & (FLAG_SAMPLED | FLAG_RANDOM),
      )
    }
  })

  for (const [why, value] of invalid)
    test(`refuses ${why}`, () => assert.equal(parseTraceparent(value), undefined))
})

describe('formatTraceparent', () => {
  test('writes version 00, whatever was read [trace-context: versioning-of-traceparent]', () => {
    const context = parseTraceparent(`cc-${T}-${P}-ff-more`)
    assert.ok(context)
    assert.equal(formatTraceparent(context), `00-${T}-${P}-03`)
  })
})
