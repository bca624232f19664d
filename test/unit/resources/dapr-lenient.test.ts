import assert from 'node:assert/strict'
import { parseGoFloat } from '../../../src/resources/configuration/go-float.ts'
import { parsed, problemsOf, tracing } from './problem-of.ts'

/** Table 1.2: what daprd makes of a rate. `strict` is our answer without `--dapr-lenient`. */
const rates: readonly (readonly [
  written: string,
  rate: number | undefined,
  follows: boolean,
  strict: number | string | undefined,
])[] = [
  ['""', undefined, false, undefined],
  ['"abc"', 0.0001, false, 'RATE_NOT_A_NUMBER'],
  ['"50%"', 0.0001, false, 'RATE_NOT_A_NUMBER'],
  ['" 0.5 "', 0.0001, false, 0.5],
  ['"1"', 1, false, 1],
  ['"1.0"', 1, false, 1],
  ['"2"', 1, false, 'RATE_ABOVE_ONE'],
  ['"Inf"', 1, false, 'RATE_NOT_A_NUMBER'],
  ['"+infinity"', 1, false, 'RATE_NOT_A_NUMBER'],
  ['"NaN"', 1, false, 'RATE_NOT_A_NUMBER'],
  ['"1e999"', 0.0001, false, 'RATE_ABOVE_ONE'],
  ['"0"', 0, false, 0],
  ['"0.0"', 0, false, 0],
  ['"-0"', 0, false, 0],
  ['"-1"', 0, true, 'RATE_NEGATIVE'],
  ['"-Inf"', 0, true, 'RATE_NOT_A_NUMBER'],
  ['"1e-3"', 0.001, false, 0.001],
  ['"0x1p-2"', 0.25, false, 'RATE_NOT_A_NUMBER'],
  ['"0x1"', 0.0001, false, 'RATE_NOT_A_NUMBER'],
  ['1', 1, false, 1],
  ['0.25', 0.25, false, 0.25],
  ['true', 0.0001, false, 'FIELD_INVALID'],
  ['.inf', 0.0001, false, 'FIELD_INVALID'],
]

describe('--dapr-lenient [observability 1.2]', () => {
  for (const [written, rate, follows, strict] of rates)
    test(`reads samplingRate ${written} as daprd does, and without it as ${strict}`, async () => {
      const text = tracing(`samplingRate: ${written}`)
      const { tracing: lenient } = (await parsed(text, { lenient: true })).configuration
      assert.deepEqual(
        [
          lenient?.samplingRate === undefined ? undefined : lenient.samplingRate + 0,
          lenient?.sampling !== undefined,
        ],
        [rate, follows],
      )
      if (typeof strict === 'string') {
        assert.deepEqual(
          (await problemsOf(text)).map(({ code }) => code),
          [strict],
        )
        return
      }
      const { samplingRate } = (await parsed(text)).configuration.tracing ?? {}
      assert.equal(samplingRate === undefined ? undefined : samplingRate + 0, strict)
    })

  test('says nothing of unknown fields', async () => {
    const text = tracing('samplingrate: 1', 'otel: { endpointAddress: a:1 }')
    const { configuration, warnings } = await parsed(text, { lenient: true })
    assert.deepEqual(warnings, [])
    // daprd exports nothing without a protocol.
    assert.equal(configuration.tracing?.otel, undefined)
  })

  test('does not soften what daprd itself refuses, nor our own fields', async () => {
    const problems = await problemsOf(
      tracing('otel: { protocol: udp }', 'sampling: { rules: [{ name: a, rate: 50% }] }'),
      { lenient: true },
    )
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['VALUE_UNKNOWN', 'RATE_NOT_A_NUMBER'],
    )
  })
})

describe('parseGoFloat', () => {
  for (const [text, value] of [
    ['1_0.2_5', 10.25],
    ['0x_1p-1', 0.5],
    ['0x1.8p1', 3],
    ['0X.8P0', 0.5],
    ['-0x1p-2', -0.25],
    ['.5', 0.5],
    ['5.', 5],
    ['+1E2', 100],
    ['1__0', undefined],
    ['_1', undefined],
    ['1_', undefined],
    ['0x', undefined],
    ['0xp1', undefined],
    ['0x1p', undefined],
    ['0x1p99999', undefined],
    ['1e', undefined],
    ['e1', undefined],
    ['.', undefined],
    ['', undefined],
    [' 1', undefined],
    ['1,5', undefined],
    ['Infinit', undefined],
    ['-NaN', undefined],
  ] as const)
    test(`reads ${JSON.stringify(text)} as ${value}`, () => assert.equal(parseGoFloat(text), value))
})
