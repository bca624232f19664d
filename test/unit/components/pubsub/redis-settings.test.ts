import assert from 'node:assert/strict'
import { readSettings } from '../../../../src/components/index.ts'
import { redisPubSubSettings } from '../../../../src/components/pubsub/redis/settings.ts'

const read = (metadata: Record<string, string>) => {
  const settings = readSettings(redisPubSubSettings, new Map(Object.entries(metadata)))
  if (!settings.ok) throw new Error(JSON.stringify(settings.error))
  return settings.value
}

describe('the settings of pubsub.redis', () => {
  test('have the defaults of daprd [components-contrib: common/component/redis]', () => {
    const settings = read({ redishost: 'a' })
    assert.equal(settings.consumerID, '')
    assert.equal(settings.processingTimeout, 60_000)
    assert.equal(settings.redeliverInterval, 15_000)
    assert.equal(settings.queueDepth, 100)
    assert.equal(settings.concurrency, 10)
    assert.equal(settings.maxLenApprox, 0)
    assert.equal(settings.streamTTL, 0)
    assert.equal(settings.redisMinRetryInterval, 8)
  })

  test('take a bare number of a duration as milliseconds', () => {
    assert.equal(read({ redishost: 'a', processingtimeout: '1500' }).processingTimeout, 1500)
  })

  for (const [name, value] of [
    ['concurrency', '0'],
    ['concurrency', '1001'],
    ['queuedepth', '0'],
    ['maxlenapprox', '-1'],
    ['streamttl', 'soon'],
  ] as const)
    test(`refuse ${name} ${value}`, () => {
      assert.throws(() => read({ redishost: 'a', [name]: value }), /needed/)
    })
})
