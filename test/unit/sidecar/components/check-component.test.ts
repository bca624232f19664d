import assert from 'node:assert/strict'
import { parseResourceDocuments, readResources } from '../../../../src/resources/index.ts'
import { checkComponent } from '../../../../src/sidecar/index.ts'

/** A component whose metadata begins in line 6. */
async function check(type: string, metadata: readonly string[], more = '') {
  const file = 'c.yaml'
  const items = metadata.map((item) => `  - ${item}\n`).join('')
  const text = `kind: Component\nmetadata: { name: a }\nspec:\n  type: ${type}\n  metadata:\n${items || '    []\n'}${more}`
  const { documents } = parseResourceDocuments(text, file)
  const { resources, problems } = await readResources(
    documents.map((document) => ({ file, document })),
  )
  assert.deepEqual(problems, [])
  const found = await Promise.all(resources.components.map(checkComponent))
  return found.flat()
}
const told = async (...args: Parameters<typeof check>) =>
  (await check(...args)).map(({ line, path, code }) => `${line} ${path} ${code}`)

describe('checkComponent', () => {
  test('is content with what a driver and the sidecar know, in any case', async () => {
    assert.deepEqual(
      await told('state.redis', [
        '{ name: RedisHost, value: "localhost:6379" }',
        '{ name: keyprefix, value: none }',
        '{ name: primaryEncryptionKey, secretKeyRef: { name: k } }',
      ]),
      [],
    )
    assert.deepEqual(
      await told('bindings.cron', [
        '{ name: schedule, value: "@every 1s" }',
        '{ name: direction, value: input }',
        '{ name: route, value: /a }',
      ]),
      [],
    )
    assert.deepEqual(await told('lock.in-memory', ['{ name: keyPrefix, value: name }']), [])
  })

  test('does not judge a value that stands elsewhere', async () => {
    const items = [
      '{ name: connectionString, secretKeyRef: { name: db } }',
      '{ name: timeoutInSeconds, envRef: TIMEOUT }',
    ]
    assert.deepEqual(await told('state.sqlite', items), [])
  })

  test('names settings that are missing, wrong or nobody’s, and shows no value', async () => {
    const items = [
      '{ name: timeoutInSeconds, value: hunter2 }',
      '{ name: keyPrefix, value: "hunter2||" }',
      '{ name: primaryEncryptionKey, value: hunter2 }',
      '{ name: actorStateStore, value: hunter2 }',
    ]
    const problems = await check('state.sqlite', items)
    assert.deepEqual(
      problems
        .map(({ line, path, code, severity }) => `${line} ${path} ${code} ${severity}`)
        .sort(),
      [
        '6 spec.metadata SETTING_INVALID undefined',
        '6 spec.metadata SETTING_INVALID undefined',
        '6 spec.metadata SETTING_NEEDED undefined',
        '6 spec.metadata.0.value SETTING_INVALID undefined',
        '9 spec.metadata.3.name SETTING_UNKNOWN warning',
      ],
    )
    assert.ok(!JSON.stringify(problems).includes('hunter2'))
  })

  for (const [type, cure] of [
    ['stat.redis', /did you mean state\.redis\?$/],
    ['state.rediss', /did you mean state\.redis\?$/],
    ['pubsub.kafka', /there are pubsub\.in-memory, pubsub\.redis, pubsub\.sqlite$/],
    ['crypto.jwks', /yet: state, pubsub, .* are built$/],
  ] as const)
    test(`knows no ${type}, but what there is`, async () => {
      const [problem, ...more] = await check(type, [])
      assert.deepEqual([problem?.path, problem?.line, more], ['spec.type', 4, []])
      assert.match(problem?.message ?? '', cure)
    })

  test('warns only where a failed start is only logged', async () => {
    const problems = await check('state.redis', [], '  version: v9\n  ignoreErrors: true\n')
    assert.deepEqual(
      problems.map(({ path, code, severity }) => [path, code, severity]),
      [['spec.version', 'VERSION_UNKNOWN', 'warning']],
    )
  })
})
