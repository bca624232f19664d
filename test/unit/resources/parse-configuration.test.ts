import assert from 'node:assert/strict'
import { parseConfiguration } from '../../../src/resources/index.ts'

const HEAD = 'apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata:\n  name: test\n'
const file = (text: string, name = 'config.yaml') => ({ file: name, text })
const tracing = (...lines: readonly string[]) =>
  `${HEAD}spec:\n  tracing:\n${lines.map((line) => `    ${line}\n`).join('')}`

const read = (...texts: readonly string[]) =>
  parseConfiguration(
    texts.map((text, i) => file(text, `${i}.yaml`)),
    { env: {} },
  )
const accepted = async (...texts: readonly string[]) => {
  const result = await read(...texts)
  assert.ok(result.ok, JSON.stringify(result))
  return result.value.configuration
}
const refused = async (...texts: readonly string[]) => {
  const result = await read(...texts)
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
    test(`refuses ${lines.join(' ').trim().replace('hunter2', '…')} by name, place and cure`, async () => {
      const [problem, ...more] = await refused(tracing(...lines))
      assert.deepEqual(more, [])
      assert.deepEqual(
        [problem?.code, problem?.path, problem?.line, problem?.seen, problem?.file],
        [code, path, line, seen, '0.yaml'],
      )
      assert.match(problem?.message ?? '', cure)
      assert.doesNotMatch(JSON.stringify(problem), /hunter2/)
    })

  test('refuses another apiVersion, by its line', async () => {
    const [problem] = await refused('apiVersion: dapr.io/v2\nkind: Configuration\n')
    assert.deepEqual([problem?.path, problem?.line, problem?.seen], ['apiVersion', 1, 'dapr.io/v2'])
  })

  test('refuses a file without a Configuration', async () => {
    for (const text of ['', 'kind: Component\n', 'hello', '- 1\n', 'kind: configuration\n'])
      assert.deepEqual(
        (await refused(text)).map(({ code }) => code),
        ['NO_CONFIGURATION'],
        JSON.stringify(text),
      )
  })

  test('reports every problem of every file', async () => {
    const problems = await refused(
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

  test('reads rates as text and as bare numbers, as Go reads them', async () => {
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
        (await accepted(tracing(`samplingRate: ${written}`))).tracing?.samplingRate,
        rate,
        written,
      )
  })

  test('loads what works with daprd, and warns of each field that has no effect', async () => {
    const text = `${tracing('samplingrate: "1"', 'zipkins: [1]')}  xyz: { enabled: 7 }\nnew: [1]\n`
    const result = await read(text)
    assert.ok(result.ok)
    assert.equal(result.value.configuration.tracing?.samplingRate, undefined)
    assert.deepEqual(
      result.value.warnings.map(({ path, line, code, severity }) => [path, line, code, severity]),
      [
        ['spec.tracing.samplingrate', 7, 'FIELD_UNKNOWN', 'warning'],
        ['spec.tracing.zipkins', 8, 'FIELD_UNKNOWN', 'warning'],
        ['spec.xyz', 9, 'FIELD_UNKNOWN', 'warning'],
        ['new', 10, 'FIELD_UNKNOWN', 'warning'],
      ],
    )
    assert.match(result.value.warnings[0]?.message ?? '', /did you mean samplingRate\?/)
    assert.match(result.value.warnings[1]?.message ?? '', /did you mean zipkin\?/)
    assert.match(result.value.warnings[2]?.message ?? '', /has no effect$/)
  })

  test('takes sections that are empty for absent', async () => {
    const empty = { name: 'test', tracing: undefined }
    assert.deepEqual(await accepted(HEAD), empty)
    assert.deepEqual(await accepted(`${HEAD}spec:\n`), empty)
    assert.deepEqual(await accepted(`${HEAD}spec:\n  tracing:\n`), empty)
    assert.equal((await accepted('kind: Configuration\n')).name, undefined)
    assert.deepEqual((await accepted(tracing('zipkin: { endpointAddress: "" }'))).tracing, {
      samplingRate: undefined,
      stdout: undefined,
      zipkin: undefined,
      otel: undefined,
      sampling: undefined,
    })
  })

  test('sees a sampling block, also an empty one, but not a missing value', async () => {
    assert.deepEqual((await accepted(tracing('sampling: {}'))).tracing?.sampling, {
      parent: 'follow',
      overrides: [],
      rules: [],
      floor: undefined,
      limit: undefined,
      keep: undefined,
      force: undefined,
    })
    assert.equal((await accepted(tracing('sampling:'))).tracing?.sampling, undefined)
  })

  test('merges files and documents field by field; the later one wins', async () => {
    const first = tracing('samplingRate: "1"', 'zipkin: { endpointAddress: http://a/ }')
    const second = tracing('samplingRate: "0.5"', 'stdout: true').replace('name: test', 'name: two')
    const merged = {
      name: 'two',
      tracing: {
        samplingRate: 0.5,
        stdout: true,
        zipkin: { endpointAddress: 'http://a/', headers: {} },
        otel: undefined,
        sampling: undefined,
      },
    }
    assert.deepEqual(await accepted(first, second), merged)
    assert.deepEqual(await accepted(`${first}---\n${second}`), merged)
    assert.equal((await accepted(second, HEAD)).tracing?.samplingRate, 0.5)
  })

  test('lets a later file switch stdout, Zipkin and the rate off again', async () => {
    const on = tracing('stdout: true', 'samplingRate: 1', 'zipkin: { endpointAddress: http://a/ }')
    const off = tracing('stdout: false', 'samplingRate: ""', 'zipkin: { endpointAddress: "" }')
    assert.equal((await accepted(on, tracing('samplingRate: "1"'))).tracing?.stdout, true)
    const { stdout, zipkin, samplingRate } = (await accepted(on, off)).tracing ?? {}
    assert.deepEqual([stdout, zipkin, samplingRate], [false, undefined, undefined])
  })

  test('merges the fields of sampling, each as a whole', async () => {
    const first = tracing(
      'sampling:',
      '  parent: raise',
      '  rules: [{ name: a, rate: 1 }, { name: b, rate: 0 }]',
      '  keep: { slowerThan: 2s, perSecond: 7 }',
    )
    const second = tracing('sampling:', '  rules: [{ name: c }]', '  keep: { errors: false }')
    const { sampling } = (await accepted(first, second)).tracing ?? {}
    assert.equal(sampling?.parent, 'raise')
    assert.deepEqual(
      sampling?.rules.map(({ name }) => name),
      ['c'],
    )
    assert.deepEqual(
      [sampling?.keep?.errors, sampling?.keep?.slowerThanMs, sampling?.keep?.perSecond],
      [false, undefined, 20],
    )
  })

  test('refuses a rule and an override of two files that share a name', async () => {
    const [problem, ...more] = await refused(
      tracing('sampling:', '  overrides: [{ name: a, rate: 1, until: 2030-01-01T00:00:00Z }]'),
      tracing('sampling:', '  rules: [{ name: a, rate: 1 }]'),
    )
    assert.deepEqual(more, [])
    assert.deepEqual(
      [problem?.code, problem?.file, problem?.path],
      ['RULE_NAME_TWICE', '1.yaml', 'spec.tracing.sampling.rules.0.name'],
    )
  })

  test('says of each field of tracing where it was set', async () => {
    const result = await read(
      tracing('samplingRate: 1', 'zipkin: { endpointAddress: http://a/ }', 'sampling: {}'),
      tracing('samplingRate: 0.5', 'sampling:', '  rules:', '    - name: a', '    - name: b'),
    )
    assert.ok(result.ok)
    assert.deepEqual(result.value.sources, {
      'tracing.samplingRate': { file: '1.yaml', line: 7 },
      'tracing.zipkin': { file: '0.yaml', line: 8 },
      'tracing.sampling': { file: '1.yaml', line: 9 },
      'tracing.sampling.rules.a': { file: '1.yaml', line: 10 },
      'tracing.sampling.rules.b': { file: '1.yaml', line: 11 },
    })
  })

  test('gives the empty Configuration without files', async () =>
    assert.deepEqual(await accepted(), { name: undefined, tracing: undefined }))

  test('understands merge keys, as Go does', async () => {
    const text = tracing('<<: { samplingRate: 0.5 }')
    assert.equal((await accepted(text)).tracing?.samplingRate, 0.5)
  })
})

describe('parseConfiguration and the environment', () => {
  test('puts it in before it checks, also for booleans', async () => {
    const text = tracing(
      `samplingRate: "$\{RATE}"`,
      `zipkin: { endpointAddress: "$\{URL}" }`,
      `stdout: $\{ON}`,
      `sampling: { limit: { perSecond: "$\{LIMIT}" } }`,
    )
    const env = { RATE: '0.5', URL: 'http://a/', ON: 'true', LIMIT: '7' }
    const result = await parseConfiguration([file(text)], { env })
    assert.ok(result.ok, JSON.stringify(result))
    const { samplingRate, zipkin, stdout, sampling } = result.value.configuration.tracing ?? {}
    assert.deepEqual(
      [samplingRate, zipkin?.endpointAddress, stdout, sampling?.limit],
      [0.5, 'http://a/', true, { perSecond: 7 }],
    )
    assert.deepEqual(result.value.warnings, [])
  })

  test('warns of a variable that is not set, and names it where it is the cause', async () => {
    const loaded = await read(tracing(`samplingRate: "$\{RATE}"`))
    assert.ok(loaded.ok)
    assert.deepEqual(
      loaded.value.warnings.map(({ code, path, line }) => [code, path, line]),
      [['ENV_NOT_SET', RATE, 7]],
    )
    const [problem, ...more] = await refused(
      tracing(`zipkin: { endpointAddress: "http://$\{HOST}/" }`),
    )
    assert.deepEqual([problem?.code, more], ['ENDPOINT_NOT_A_URL', []])
    assert.match(problem?.message ?? '', /not set in the environment: HOST$/)
  })

  test('does not show what came of a secret variable', async () => {
    const result = await parseConfiguration([file(tracing(`samplingRate: "$\{API_TOKEN}"`))], {
      env: { API_TOKEN: 'hunter2' },
    })
    assert.ok(!result.ok)
    assert.equal(result.error[0]?.seen, '***')
    assert.doesNotMatch(JSON.stringify(result), /hunter2/)
  })
})
