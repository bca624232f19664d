import assert from 'node:assert/strict'
import { chooseConfiguration } from '../../../../src/cli/cluster/choose-configuration.ts'

const pod = (appId: string, namespace: string, config?: string) => ({
  uid: `${namespace}/${appId}`,
  name: `${appId}-0`,
  namespace,
  appId,
  config,
  workload: undefined,
  isLeaving: false,
  finding: undefined,
})
const SYSTEM = 'sidelight-system'
const EXISTING = [
  { name: 'tracing', namespace: 'shop' },
  { name: 'default', namespace: SYSTEM },
]
const PODS = [pod('orders', 'shop', 'tracing'), pod('shipping', 'shop'), pod('ledger', 'bank')]

const chosen = (...apps: readonly string[]) => {
  const found = chooseConfiguration(PODS, apps, EXISTING, SYSTEM)
  return found.ok ? `${found.value.namespace}/${found.value.name}` : found.error.code
}

describe('chooseConfiguration', () => {
  test('takes the one that the pods of the apps have', () => {
    assert.equal(chosen('orders'), 'shop/tracing')
    assert.equal(chosen('shipping'), `${SYSTEM}/default`)
    assert.equal(chosen('s*', 'ledger'), `${SYSTEM}/default`)
  })

  test('asks for a name when several decide', () => {
    assert.equal(chosen('orders', 'shipping'), 'CONFIGURATION_AMBIGUOUS')
    assert.equal(chosen(), 'CONFIGURATION_AMBIGUOUS')
  })

  test('says so when nobody is meant, or nothing is in force', () => {
    assert.equal(chosen('order'), 'NO_SIDECAR')
    const none = chooseConfiguration(PODS, ['orders'], [], SYSTEM)
    assert.equal(none.ok ? '' : none.error.code, 'NO_CONFIGURATION')
  })
})
