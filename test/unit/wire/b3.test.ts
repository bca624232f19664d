import assert from 'node:assert/strict'
import { parseB3Multi, parseB3Single } from '../../../src/wire/b3.ts'

const LONG = '80f198ee56343ba864fe8b2a57d3eff7'
const SHORT = '64fe8b2a57d3eff7'
const SPAN = 'e457b5a2e4d86bd1'
const PARENT = '05e3ac9a4f6e3b90'

describe('parseB3Single [b3: single header]', () => {
  test('reads ids and the decision', () => {
    const ids = { traceId: LONG, spanId: SPAN }
    assert.deepEqual(parseB3Single(`${LONG}-${SPAN}-1`), { ...ids, sampled: true })
    assert.deepEqual(parseB3Single(`${LONG}-${SPAN}-0`), { ...ids, sampled: false })
    assert.deepEqual(parseB3Single(`${LONG}-${SPAN}-d`), { ...ids, sampled: true })
    assert.deepEqual(parseB3Single(`${LONG}-${SPAN}-1-${PARENT}`), { ...ids, sampled: true })
  })

  test('leaves the decision open when none is given', () => {
    assert.deepEqual(parseB3Single(`${LONG}-${SPAN}`), {
      traceId: LONG,
      spanId: SPAN,
      sampled: undefined,
    })
  })

  test('pads a 64-bit trace id on the left', () => {
    assert.equal(parseB3Single(`${SHORT}-${SPAN}-1`)?.traceId, `${'0'.repeat(16)}${SHORT}`)
  })

  test('reads a decision alone', () => {
    assert.deepEqual(parseB3Single('0'), { sampled: false })
    assert.deepEqual(parseB3Single('1'), { sampled: true })
    assert.deepEqual(parseB3Single('d'), { sampled: true })
  })

  for (const value of [
    '',
    'x',
    '2',
    'true',
    '-',
    '--',
    LONG,
    `${LONG}-`,
    `${LONG}-${SPAN}-`,
    `${LONG}-${SPAN}-2`,
    `${LONG}-${SPAN}-toString`,
    `${LONG}-${SPAN}-constructor`,
    `${LONG}-${SPAN}-1-`,
    `${LONG}-${SPAN}-1-${PARENT.slice(1)}`,
    `${LONG}-${SPAN}-1-${PARENT}-`,
    `${LONG}-${SPAN}-1-${PARENT}-1`,
    `${LONG.toUpperCase()}-${SPAN}-1`,
    `${LONG}-${SPAN.toUpperCase()}-1`,
    `${LONG.slice(1)}-${SPAN}-1`,
    `${LONG}0-${SPAN}-1`,
    `${LONG}-${SPAN}0-1`,
    `${'0'.repeat(32)}-${SPAN}-1`,
    `${LONG}-${'0'.repeat(16)}-1`,
  ])
    test(`refuses ${JSON.stringify(value)}`, () => assert.equal(parseB3Single(value), undefined))
})

describe('parseB3Multi [b3: multiple headers]', () => {
  const ids = { traceId: LONG, spanId: SPAN }
  const none = { traceId: undefined, spanId: undefined, sampled: undefined, flags: undefined }

  test('reads ids and the decision, in old spellings, too', () => {
    for (const [sampled, decided] of [
      ['1', true],
      ['0', false],
      ['true', true],
      ['False', false],
      ['d', true],
      [undefined, undefined],
    ] as const)
      assert.deepEqual(parseB3Multi({ ...none, ...ids, sampled }), { ...ids, sampled: decided })
  })

  test('takes the debug flag for sampled, whatever else is said [b3: debug flag]', () => {
    assert.equal(parseB3Multi({ ...none, ...ids, flags: '1' })?.sampled, true)
    assert.equal(parseB3Multi({ ...none, ...ids, sampled: '0', flags: '1' })?.sampled, true)
    assert.equal(parseB3Multi({ ...none, ...ids, flags: '0' })?.sampled, undefined)
  })

  test('reads a decision alone', () => {
    assert.deepEqual(parseB3Multi({ ...none, sampled: '0' }), { sampled: false })
    assert.deepEqual(parseB3Multi({ ...none, flags: '1' }), { sampled: true })
    assert.equal(parseB3Multi(none), undefined)
  })

  test('refuses half an identity and a decision that is none', () => {
    assert.equal(parseB3Multi({ ...none, traceId: LONG, sampled: '1' }), undefined)
    assert.equal(parseB3Multi({ ...none, spanId: SPAN, sampled: '1' }), undefined)
    assert.equal(parseB3Multi({ ...none, ...ids, sampled: 'yes' }), undefined)
    assert.equal(parseB3Multi({ ...none, ...ids, sampled: 'toString' }), undefined)
    assert.equal(parseB3Multi({ ...none, sampled: 'constructor' }), undefined)
    assert.equal(parseB3Multi({ ...none, ...ids, traceId: '', sampled: '1' }), undefined)
  })
})
