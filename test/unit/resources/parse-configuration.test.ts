import assert from 'node:assert/strict'
import { parseConfiguration } from '../../../src/resources/index.ts'

const HEAD = 'apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata:\n  name: test\n'
const file = (text: string, name = 'config.yaml') => ({ file: name, text })
const tracing = (...lines: readonly string[]) =>
  `${HEAD}spec:\n  tracing:\n${lines.map((line) => `    ${line}\n`).join('')}`

const read = (...texts: readonly string[]) =>
  parseConfiguration(
    texts.map((text, i) => file(text, `${i}.yaml`)),
    {},
  )
const accepted = (...texts: readonly string[]) => {
  const result = read(...texts)
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}
const refused = (...texts: readonly string[]) => {
  const result = read(...texts)
  assert.ok(!result.ok)
  return result.error
}

const RATE = 'spec.tracing.samplingRate'
const ENDPOINT = 'spec.tracing.zipkin.endpointAddress'

/** Each refusal: the lines under `tracing`, and what is said about them. */
const refusals: readonly (readonly [
  lines: readonly string[],
  code: string,
  path: string,
  line: number,
  seen: string | undefined,
  cure: RegExp,
])[] = [
  [['samplingRate: "50%"'], 'RATE_NOT_A_NUMBER', RATE, 7, '50%', /write "0.5" for 50%/],
  [['samplingRate: 0.1 %'], 'RATE_NOT_A_NUMBER', RATE, 7, '0.1 %', /write "0.001" for 0.1 %/],
  [['samplingRate: half'], 'RATE_NOT_A_NUMBER', RATE, 7, 'half', /from "0" to "1"/],
  [['samplingRate: "0x1"'], 'RATE_NOT_A_NUMBER', RATE, 7, '0x1', /from "0" to "1"/],
  [['samplingRate: "1,0"'], 'RATE_NOT_A_NUMBER', RATE, 7, '1,0', /from "0" to "1"/],
  [['samplingRate: .nan'], 'FIELD_INVALID', RATE, 7, 'NaN', /from "0" to "1"/],
  [['samplingRate: "NaN"'], 'RATE_NOT_A_NUMBER', RATE, 7, 'NaN', /from "0" to "1"/],
  [['samplingRate: "Infinity"'], 'RATE_NOT_A_NUMBER', RATE, 7, 'Infinity', /from "0" to "1"/],
  [['samplingRate: "-1"'], 'RATE_NEGATIVE', RATE, 7, '-1', /write "0" and add `sampling: {}`/],
  [['samplingRate: -0.5'], 'RATE_NEGATIVE', RATE, 7, '-0.5', /follow sampled callers/],
  [['samplingRate: "1.1"'], 'RATE_ABOVE_ONE', RATE, 7, '1.1', /write "1"/],
  [['samplingRate: 100'], 'RATE_ABOVE_ONE', RATE, 7, '100', /write "1"/],
  [['samplingRate: "1e999"'], 'RATE_ABOVE_ONE', RATE, 7, '1e999', /write "1"/],
  [['samplingRate: true'], 'FIELD_INVALID', RATE, 7, 'true', /from "0" to "1"/],
  [['samplingRate: [1]'], 'FIELD_INVALID', RATE, 7, undefined, /from "0" to "1"/],
  [['stdout: "true"'], 'FIELD_INVALID', 'spec.tracing.stdout', 7, 'true', /without quotes/],
  [
    ['zipkin:', '  endpointAddress: zipkin:9411'],
    ...(['ENDPOINT_NOT_A_URL', ENDPOINT, 8, 'zipkin:9411', /complete URL/] as const),
  ],
  [
    ['zipkin:', '  endpointAddress: ftp://a/b'],
    ...(['ENDPOINT_NOT_A_URL', ENDPOINT, 8, 'ftp://a/b', /complete URL/] as const),
  ],
  [
    ['zipkin:', '  endpointAddress: 9411'],
    ...(['FIELD_INVALID', ENDPOINT, 8, '9411', /complete URL/] as const),
  ],
  [
    ['zipkin:', '  endpointAddress: ht!tp://user:hunter2@host/x'],
    ...(['ENDPOINT_NOT_A_URL', ENDPOINT, 8, 'ht!tp://***@host/x', /complete URL/] as const),
  ],
]

describe('parseConfiguration', () => {
  for (const [lines, code, path, line, seen, cure] of refusals)
    test(`refuses ${lines.join(' ').trim().replace('hunter2', '…')} by name, place and cure`, () => {
      const [problem, ...more] = refused(tracing(...lines))
      assert.deepEqual(more, [])
      assert.deepEqual(
        [problem?.code, problem?.path, problem?.line, problem?.seen, problem?.file],
        [code, path, line, seen, '0.yaml'],
      )
      assert.match(problem?.message ?? '', cure)
      assert.doesNotMatch(JSON.stringify(problem), /hunter2/)
    })

  test('refuses another apiVersion, by its line', () => {
    const [problem] = refused('apiVersion: dapr.io/v2\nkind: Configuration\n')
    assert.deepEqual([problem?.path, problem?.line, problem?.seen], ['apiVersion', 1, 'dapr.io/v2'])
  })

  test('refuses a file without a Configuration', () => {
    for (const text of ['', 'kind: Component\n', 'hello', '- 1\n', 'kind: configuration\n'])
      assert.deepEqual(
        refused(text).map(({ code }) => code),
        ['NO_CONFIGURATION'],
        JSON.stringify(text),
      )
  })

  test('reports every problem of every file', () => {
    const problems = refused(
      tracing('samplingRate: x', 'stdout: 1'),
      tracing('zipkin: { endpointAddress: nowhere }'),
      'a: [',
    )
    assert.deepEqual(
      problems.slice(0, 3).map(({ file: name, path }) => `${name} ${path}`),
      [`0.yaml ${RATE}`, '0.yaml spec.tracing.stdout', `1.yaml ${ENDPOINT}`],
    )
    assert.ok(
      problems
        .slice(3)
        .every(({ file: name, code }) => `${name} ${code}` === '2.yaml YAML_INVALID'),
    )
    assert.ok(problems.length > 3)
  })

  test('reads rates as text and as bare numbers, as Go reads them', () => {
    for (const [written, rate] of [
      ['"1"', 1],
      ['1', 1],
      ['0', 0],
      ['"0"', 0],
      ['"-0"', -0],
      ['0.25', 0.25],
      ['"1e-3"', 0.001],
      ['1e-3', 0.001],
      ['".5"', 0.5],
      ['"1."', 1],
      ['"+1"', 1],
      ['" 0.5 "', 0.5],
      ['""', undefined],
      ['null', undefined],
      ['', undefined],
    ] as const)
      assert.equal(
        accepted(tracing(`samplingRate: ${written}`)).tracing?.samplingRate,
        rate,
        written,
      )
  })

  test('passes over what it does not know: a file that works with daprd loads', () => {
    const text = `${tracing('samplingRate: "1"', 'otel:', '  endpointAddress: a:4317')}  metrics: { enabled: 7 }\nnew: [1]\n`
    assert.equal(accepted(text).tracing?.samplingRate, 1)
  })

  test('takes sections that are empty for absent', () => {
    assert.deepEqual(accepted(HEAD), { name: 'test', tracing: undefined })
    assert.deepEqual(accepted(`${HEAD}spec:\n`), { name: 'test', tracing: undefined })
    assert.deepEqual(accepted(`${HEAD}spec:\n  tracing:\n`), { name: 'test', tracing: undefined })
    assert.equal(accepted('kind: Configuration\n').name, undefined)
    assert.deepEqual(accepted(tracing('zipkin: { endpointAddress: "" }')).tracing, {
      samplingRate: undefined,
      zipkinEndpoint: undefined,
      stdout: undefined,
      followsCallers: false,
    })
  })

  test('sees a sampling block, also an empty one, but not a missing value', () => {
    assert.equal(accepted(tracing('sampling: {}')).tracing?.followsCallers, true)
    assert.equal(accepted(tracing('sampling:')).tracing?.followsCallers, false)
  })

  test('merges files and documents field by field; the later one wins', () => {
    const first = tracing('samplingRate: "1"', 'zipkin: { endpointAddress: http://a/ }')
    const second = tracing('samplingRate: "0.5"', 'stdout: true').replace('name: test', 'name: two')
    const merged = {
      name: 'two',
      tracing: {
        samplingRate: 0.5,
        zipkinEndpoint: 'http://a/',
        stdout: true,
        followsCallers: false,
      },
    }
    assert.deepEqual(accepted(first, second), merged)
    assert.deepEqual(accepted(`${first}---\n${second}`), merged)
    assert.deepEqual(accepted(second, HEAD).tracing?.samplingRate, 0.5)
  })

  test('lets a later file switch stdout off again', () => {
    const on = tracing('stdout: true')
    assert.equal(accepted(on, tracing('samplingRate: "1"')).tracing?.stdout, true)
    assert.equal(accepted(on, tracing('stdout: false')).tracing?.stdout, false)
  })

  test('gives the empty Configuration without files', () =>
    assert.deepEqual(accepted(), { name: undefined, tracing: undefined }))

  test('puts the environment in before it checks', () => {
    const text = tracing(`samplingRate: "$\{RATE}"`, `zipkin: { endpointAddress: "$\{URL}" }`)
    const result = parseConfiguration([file(text)], { RATE: '0.5', URL: 'http://a/' })
    assert.ok(result.ok)
    assert.deepEqual(
      [result.value.tracing?.samplingRate, result.value.tracing?.zipkinEndpoint],
      [0.5, 'http://a/'],
    )
  })
})
