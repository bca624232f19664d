import assert from 'node:assert/strict'
import { checkManifest } from '../../../src/resources/index.ts'

const check = (text: string) =>
  checkManifest(text, 'm.yaml', { env: {}, foreignEnvironment: true, ignoreReferences: true })
const configuration = (name: string, rate: string) =>
  `apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: { name: ${name} }\nspec: { tracing: { samplingRate: ${rate} } }\n`

describe('checkManifest', () => {
  test('checks each Configuration, hands on what stands in directories, and counts the rest by kind', async () => {
    const { problems, configurations, resources, skipped } = await check(
      [
        '# a remark\n',
        'kind: Pod\nspec: [\n',
        configuration('a', '50%'),
        'kind: "Secret"\ndata: { Configuration: x }\n',
        configuration('b', '1'),
        '{{ if .Values.on }}\nnot: yaml: at all\n',
        configuration('c', '-1'),
        'kind: Component\nmetadata: { name: a }\n',
        'kind: componnet\n',
      ].join('---\n'),
    )
    assert.equal(configurations, 3)
    assert.deepEqual(
      [...skipped],
      [
        ['Pod', 1],
        ['Secret', 1],
        ['without kind', 1],
        ['componnet', 1],
      ],
    )
    assert.deepEqual(
      problems.map(({ code, line, file }) => [code, line, file]),
      [
        ['RATE_NOT_A_NUMBER', 9, 'm.yaml'],
        ['RATE_NEGATIVE', 25, 'm.yaml'],
        ['KIND_UNKNOWN', 30, 'm.yaml'],
      ],
    )
    assert.deepEqual(
      resources.map(({ file, document }) => [file, document.lineOf(['metadata', 'name'])]),
      [['m.yaml', 28]],
    )
  })

  test('finds, when asked, what is no YAML where no kind can be read', async () => {
    const broken = async (text: string) => {
      const { problems, findBroken } = await check(text)
      assert.deepEqual(problems, [])
      return findBroken().map(({ code, line }) => [code, line])
    }
    assert.deepEqual((await broken('x: 1\n---\na: [1\n'))[0], ['YAML_INVALID', 4])
    assert.deepEqual((await broken('a:\n\tb: 1\n'))[0], ['YAML_INVALID', 2])
    for (const empty of ['', '\ufeff', '---\n# nothing\n', ' \n'])
      assert.deepEqual(await broken(empty), [['NO_RESOURCE', undefined]])
    for (const fine of ['a: 1\n', '- a\n']) assert.deepEqual(await broken(fine), [])
  })

  test('does not put two Configurations together', async () => {
    const rule = (name: string) =>
      `kind: Configuration\nspec: { tracing: { sampling: { ${name}: [{ name: a, until: 2030-01-01T00:00:00Z }] } } }\n`
    const { problems } = await check(`${rule('rules')}---\n${rule('overrides')}`)
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['FIELD_UNKNOWN'],
    )
  })

  test('looks into lists, and passes over Configurations of other projects', async () => {
    const item = (rate: string) => ({
      apiVersion: 'dapr.io/v1alpha1',
      kind: 'Configuration',
      spec: { tracing: { samplingRate: rate } },
    })
    const other = { apiVersion: 'pkg.crossplane.io/v1', kind: 'Configuration', spec: { a: 1 } }
    const list = { kind: 'List', items: [item('1'), item('x'), other, { kind: 'Pod' }, 7] }
    const { problems, configurations, skipped } = await check(JSON.stringify(list, null, 1))
    assert.equal(configurations, 2)
    assert.deepEqual(
      problems.map(({ path, line }) => [path, line]),
      [
        ['spec.tracing.samplingRate', 18],
        ['(document)', 32],
      ],
    )
    assert.deepEqual(Object.fromEntries(skipped), { Configuration: 1, Pod: 1, 'without kind': 1 })
  })

  test('does not read what is none of its business, however large', async () => {
    const crd = `kind: CustomResourceDefinition\nspec: { names: { kind: Configuration } }\n${'- a: 1\n'.repeat(1_000_000)}`
    const json = JSON.stringify({ kind: 'Pod', note: 'Configuration', list: Array(20_000).fill(1) })
    for (const text of [crd, json]) {
      const { problems, skipped } = await check(text)
      assert.deepEqual([problems, skipped.size], [[], 1])
    }
    const { problems } = await check(`${crd}---\n${configuration('a', 'x')}`)
    assert.deepEqual(
      problems.map(({ code, line }) => [code, line]),
      [['RATE_NOT_A_NUMBER', 1_000_007]],
    )
  })

  test('takes what depends on the environment for no error', async () => {
    const { problems } = await check(
      `kind: Configuration\nspec: { tracing: { samplingRate: "$` +
        `{RATE}", zipkin: { endpointAddress: "http://$` +
        `{HOST}:9411/", headers: [{ name: a, envRef: B }] } } }\n`,
    )
    assert.deepEqual(
      problems.map(({ code, severity }) => [code, severity]),
      [['ENDPOINT_NOT_A_URL', 'warning']],
    )
    assert.match(problems[0]?.message ?? '', /not set in the environment: HOST/)
  })

  test('reports YAML that is none, where a Configuration might be', async () => {
    const { problems } = await check('kind: Configuration\nspec: [\n')
    assert.ok(problems.length > 0 && problems.every(({ code }) => code === 'YAML_INVALID'))
  })
})
