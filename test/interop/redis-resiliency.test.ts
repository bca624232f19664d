import assert from 'node:assert/strict'
import { component, errorOf, startBlockSidecar } from '../support/block-sidecar.ts'
import { eventually } from '../support/eventually.ts'
import { startRedis } from '../support/real-redis.ts'

const retries = (duration: string, maxRetries: number, more: object = {}) =>
  JSON.stringify({
    kind: 'Resiliency',
    metadata: { name: 'r' },
    spec: {
      policies: {
        retries: { DefaultStatestoreComponentOutboundRetryPolicy: { duration, maxRetries } },
        ...more,
      },
    },
  })
const store = (address: string) =>
  component('store', 'state.redis', [
    { name: 'redisHost', value: address },
    { name: 'redisMaxRetries', value: '0' },
  ])

describe('resiliency of a Redis that is killed', () => {
  test('a write waits for it to come back, and its span tells how often it was tried', async function () {
    this.timeout(60_000)
    await using redis = await startRedis(this, { args: ['--appendonly', 'yes'] })
    await using shop = await startBlockSidecar({
      'c.yaml': store(redis.address),
      'r.yaml': retries('50ms', -1),
    })
    assert.equal(
      (await shop.call('POST', '/v1.0/state/store', [{ key: 'a', value: 1 }])).status,
      204,
    )
    await redis.stop('SIGKILL')
    const written = shop.call('POST', '/v1.0/state/store', [{ key: 'a', value: 2 }])
    await eventually(async () =>
      /dapr_resiliency_activations_total\{[^}]*policy="retry"[^}]*\} 1/.test(
        await shop.sidecar.metrics(),
      ),
    )
    await redis.start()
    assert.equal((await written).status, 204)
    assert.equal((await shop.call('GET', '/v1.0/state/store/a')).text, '2')
    const tried = () =>
      shop.receiver.spans
        .filter(({ name }) => name === 'set store')
        .flatMap(({ annotations = [] }) => annotations.map(({ value }) => value))
    await shop.receiver.waitFor(() => tried().length > 0)
    for (const event of tried())
      assert.match(event, /^retry: \{"attempt":\d+,"delay_ms":50,"reason":"STATE_\w+"\}$/)
  })

  test('a breaker ends the waiting, with its own words', async function () {
    this.timeout(60_000)
    await using redis = await startRedis(this)
    await using shop = await startBlockSidecar({
      'c.yaml': store(redis.address),
      'r.yaml': retries('1ms', 10, {
        circuitBreakers: {
          DefaultCircuitBreakerPolicy: { timeout: '1h', trip: 'consecutiveFailures >= 2' },
        },
      }),
    })
    await redis.stop('SIGKILL')
    const answer = await shop.call('GET', '/v1.0/state/store/a')
    assert.match(errorOf(answer), /^500 ERR_STATE_GET: .*circuit breaker is open/)
  })
})
