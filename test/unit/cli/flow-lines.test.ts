import assert from 'node:assert/strict'
import { createPaint } from '../../../src/base/paint.ts'
import { flowLines } from '../../../src/cli/flow-lines.ts'
import { toJUnit } from '../../../src/cli/junit.ts'
import type { ComparedHop } from '../../../src/policy/index.ts'

const HOPS: readonly ComparedHop[] = [
  {
    path: ['a: GET /'],
    side: 'both',
    differences: [{ kind: 'over_budget', message: 'too <slow>\u0000', traceId: 'abc' }],
  },
  { path: ['a: GET /', 'b: may be missing'], side: 'recorded', differences: [] },
  {
    path: ['a: GET /', 'c: POST /'],
    side: 'recorded',
    differences: [{ kind: 'missing_hop', message: 'missing in 3 of 3' }],
  },
  { path: ['a: GET /', 'c: POST /', 'd: get store'], side: 'recorded', differences: [] },
  {
    path: ['a: GET /', 'e: new'],
    side: 'seen',
    differences: [{ kind: 'new_hop', message: 'not recorded; in 3 of 3' }],
  },
]
const FLOW = { name: 'checkout', traces: 3, hops: HOPS, differences: 3 }

describe('flowLines', () => {
  test('marks what differs, and what is below that is new or missing', () => {
    assert.deepEqual(flowLines(FLOW, 80, createPaint(false)), [
      '✘ checkout: 3 traces, 3 differences',
      '! a: GET /',
      '    ✘ over_budget: too <slow> ',
      '      trace abc',
      '    b: may be missing',
      '-   c: POST /',
      '      ✘ missing_hop: missing in 3 of 3',
      '-     d: get store',
      '+   e: new',
      '      ✘ new_hop: not recorded; in 3 of 3',
    ])
  })

  test('is no wider than the terminal', () => {
    for (const line of flowLines(FLOW, 24, createPaint(false)).slice(1))
      assert.ok(line.length <= 24, line)
  })
})

describe('toJUnit', () => {
  test('holds whatever services say of themselves', () => {
    const text = toJUnit([FLOW])
    assert.match(text, /<testsuite name="checkout" tests="5" failures="3">/)
    assert.match(
      text,
      /<failure type="over_budget" message="too &lt;slow&gt;">trace abc<\/failure>/,
    )
    assert.match(text, /name="a: GET \/ › b: may be missing"\/>/)
  })
})
