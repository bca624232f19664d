import assert from 'node:assert/strict'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import { createDnsResolver } from '../../../../src/sidecar/index.ts'

function open(answers: Record<string, readonly string[]>) {
  const clock = createFakeClock()
  const asked: string[] = []
  const resolver = createDnsResolver({
    clusterDomain: 'cluster.local',
    port: 50_002,
    clock,
    async lookUp(name) {
      asked.push(name)
      const found = answers[name]
      if (found === undefined) throw new Error('ENOTFOUND')
      return found
    },
  })
  return { clock, asked, resolver, answers }
}
const ORDERS = 'orders-dapr.shop.svc.cluster.local'

describe('createDnsResolver [dapr: nameresolution/kubernetes]', () => {
  test('takes the instances of an app in turn, by the name of its Service', async () => {
    const { resolver, asked } = open({ [ORDERS]: ['10.0.0.1', 'fd00::2'] })
    const origins = [1, 2, 3].map(() => resolver.resolve('orders', 'shop'))
    assert.deepEqual(await Promise.all(origins), [
      'http://10.0.0.1:50002',
      'http://[fd00::2]:50002',
      'http://10.0.0.1:50002',
    ])
    assert.deepEqual(asked, [ORDERS])
  })

  test('passes over one that refused, as long as there is another', async () => {
    const { resolver } = open({ [ORDERS]: ['10.0.0.1', '10.0.0.2'] })
    await resolver.resolve('orders', 'shop')
    resolver.forget('http://10.0.0.1:50002')
    for (let i = 0; i < 3; i++)
      assert.equal(await resolver.resolve('orders', 'shop'), 'http://10.0.0.2:50002')
    resolver.forget('http://10.0.0.2:50002')
    assert.ok(await resolver.resolve('orders', 'shop'))
  })

  test('asks again after two seconds, also for what was not there', async () => {
    const { resolver, clock, answers } = open({})
    assert.equal(await resolver.resolve('orders', 'shop'), undefined)
    answers[ORDERS] = ['10.0.0.1']
    assert.equal(await resolver.resolve('orders', 'shop'), undefined)
    clock.advance(2_000)
    assert.equal(await resolver.resolve('orders', 'shop'), 'http://10.0.0.1:50002')
  })

  test('remembers a bounded number of names', async () => {
    const { resolver, asked } = open({})
    for (let i = 0; i < 1_500; i++) await resolver.resolve(`app-${i}`, 'shop')
    await resolver.resolve('app-1499', 'shop')
    assert.equal(asked.length, 1_500)
    await resolver.resolve('app-0', 'shop')
    assert.equal(asked.length, 1_501)
  })
})
