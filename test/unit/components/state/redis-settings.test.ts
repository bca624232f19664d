import assert from 'node:assert/strict'
import { readSettings } from '../../../../src/components/index.ts'
import { addressesOf, redisLinkSettings } from '../../../../src/components/redis/settings.ts'
import { stateDrivers } from '../../../../src/components/state/index.ts'

const read = (metadata: Record<string, string>) => {
  const settings = readSettings(redisLinkSettings, new Map(Object.entries(metadata)))
  if (!settings.ok) throw new Error(JSON.stringify(settings.error))
  return settings.value
}

describe('the settings of state.redis', () => {
  for (const [redishost, rest, expected] of [
    ['localhost:6379', {}, ['localhost:6379']],
    ['localhost', {}, ['localhost:6379']],
    ['localhost', { redisport: '7000' }, ['localhost:7000']],
    ['localhost', { failover: 'true' }, ['localhost:26379']],
    ['a:1, b ,[::1]:65535', {}, ['a:1', 'b:6379', '::1:65535']],
    ['::1', {}, undefined],
    ['a:0', {}, undefined],
    ['a:65536', {}, undefined],
    ['a,', {}, undefined],
    ['redis://a:1', {}, undefined],
  ] as const)
    test(`reads redisHost ${JSON.stringify(redishost)} with ${JSON.stringify(rest)}`, () => {
      const addresses = addressesOf(read({ redishost, ...rest }))
      assert.deepEqual(
        addresses?.map(({ host, port }) => `${host}:${port}`),
        expected,
      )
    })

  test('has the defaults of daprd [components-contrib: common/component/redis]', () => {
    const settings = read({ redishost: 'a' })
    assert.equal(settings.dialTimeout, 5000)
    assert.equal(settings.readTimeout, 3000)
    assert.equal(settings.redisMaxRetries, 3)
    assert.equal(settings.redisMinRetryInterval, 2000)
    assert.equal(settings.redisMaxRetryInterval, 512)
    assert.equal(settings.redisType, 'node')
  })

  test('takes the component of the first Dapr posts', () => {
    const settings = read({ redishost: 'localhost:6379', redispassword: '' })
    assert.equal(settings.redisPassword, '')
  })

  test('marks what is secret', async () => {
    const driver = await stateDrivers['state.redis']?.load()
    const secrets = Object.entries(driver?.settings ?? {}).flatMap(([name, { doc }]) =>
      doc.secret === true ? [name] : [],
    )
    assert.deepEqual(secrets, ['redisPassword', 'sentinelPassword', 'clientKey'])
  })
})
