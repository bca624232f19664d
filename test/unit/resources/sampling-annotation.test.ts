import assert from 'node:assert/strict'
import { parseConfiguration } from '../../../src/resources/index.ts'

const PATH = 'metadata.annotations.sidelight.dev/sampling'
const HEAD =
  'apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata:\n  name: test\n  annotations:\n'
const read = (annotation: string, rest = '') =>
  parseConfiguration(
    [{ file: 'config.yaml', text: `${HEAD}    sidelight.dev/sampling: ${annotation}\n${rest}` }],
    { env: {} },
  )
const accepted = async (annotation: string, rest?: string) => {
  const result = await read(annotation, rest)
  assert.ok(result.ok, JSON.stringify(result))
  return result.value.configuration.tracing
}
/** Code, path and line of what is wrong. */
const refused = async (annotation: string, rest?: string) => {
  const result = await read(annotation, rest)
  assert.ok(!result.ok)
  return result.error.map(({ code, path, line }) => [code, path, line])
}

describe('a sampling block in an annotation', () => {
  test('is read as YAML and as JSON, as if it stood in the spec', async () => {
    const yaml =
      '|\n      rules:\n        - { name: all, rate: "0.5" }\n      limit: { perSecond: 3 }'
    const json = `'{"rules":[{"name":"all","rate":"0.5"}],"limit":{"perSecond":3}}'`
    const spec = 'spec:\n  tracing:\n    samplingRate: "0.1"\n'
    const both = await Promise.all([accepted(yaml, spec), accepted(json, spec)])
    for (const tracing of both) {
      assert.equal(tracing?.samplingRate, 0.1)
      assert.equal(tracing?.sampling?.rules[0]?.rate, 0.5)
      assert.deepEqual(tracing?.sampling?.limit, { perSecond: 3 })
    }
    assert.equal((await accepted(json))?.sampling?.rules.length, 1)
  })

  test('is none when it is empty', async () => {
    for (const text of ['""', '"# later"', ''])
      assert.equal((await accepted(text))?.sampling, undefined)
  })

  test('is told about by its own path and line', async () => {
    assert.deepEqual(await refused('|\n      rules:\n        - name: all\n          rate: half'), [
      ['RATE_NOT_A_NUMBER', `${PATH}.rules.0.rate`, 9],
    ])
    assert.deepEqual(await refused(`'{"rules": 3}'`), [['FIELD_INVALID', `${PATH}.rules`, 6]])
    assert.deepEqual(await refused('|\n      a: b\n      c: [\n'), [['YAML_INVALID', PATH, 9]])
    assert.deepEqual(await refused('"text"'), [['FIELD_INVALID', PATH, 6]])
    assert.deepEqual(await refused('3'), [['FIELD_INVALID', PATH, 6]])
    assert.deepEqual(await refused('"a: 1\\n---\\nb: 2"'), [['YAML_INVALID', PATH, 6]])
    assert.deepEqual(
      await refused(
        '|\n      rules:\n        - { name: a, rate: "0" }\n        - { name: a, rate: "0" }',
      ),
      [['RULE_NAME_TWICE', `${PATH}.rules.1.name`, 9]],
    )
  })

  test('does not stand beside one in the spec', async () => {
    const spec = 'spec:\n  tracing:\n    sampling: {}\n'
    assert.deepEqual(await refused('"{}"', spec), [['SAMPLING_TWICE', PATH, 6]])
  })

  test('has its slips of the pen named', async () => {
    const result = await read(`'{"rulez": []}'`)
    assert.ok(result.ok)
    const [warning] = result.value.warnings
    assert.equal(warning?.path, `${PATH}.rulez`)
    assert.match(warning?.message ?? '', /did you mean rules/)
  })
})
