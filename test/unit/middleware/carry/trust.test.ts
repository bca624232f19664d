import assert from 'node:assert/strict'
import { createTrust } from '../../../../src/middleware/carry/trust.ts'

const allowed = (entries: readonly string[], ...hosts: readonly string[]) =>
  hosts.filter((host) => createTrust(entries).allows(host))

describe('createTrust', () => {
  test('trusts this machine and the names of a cluster, and nobody else', () => {
    const ours = [
      ...['localhost', 'LOCALHOST', 'app.localhost', '127.0.0.1', '127.8.9.1', '::1', '[::1]'],
      ...['[::ffff:127.0.0.1]', 'orders', 'orders-dapr', 'orders.shop.svc', 'orders.shop.svc.'],
      ...['orders.shop.svc.cluster.local', 'host.docker.internal'],
    ]
    assert.deepEqual(allowed([], ...ours), ours)
    const strangers = [
      ...['example.com', 'localhost.example.com', 'xlocalhost.com', '10.0.0.1', '192.168.1.1'],
      ...['128.0.0.1', '[2001:db8::1]', 'svc.example.com', '169.254.169.254'],
    ]
    assert.deepEqual(allowed([], ...strangers), [])
  })

  test('takes names, names below one, addresses, ranges and everybody', () => {
    assert.deepEqual(
      allowed(['API.example.com', ' *.corp.example '], 'api.example.com', 'a.b.corp.example'),
      ['api.example.com', 'a.b.corp.example'],
    )
    assert.deepEqual(
      allowed(
        ['api.example.com', '*.corp.example'],
        'x.api.example.com',
        'corp.example',
        'xcorp.example',
      ),
      [],
    )
    assert.deepEqual(
      allowed(
        ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'],
        '10.9.9.9',
        '[2001:db8::9]',
        '192.0.2.7',
        '192.0.2.8',
        '11.0.0.1',
      ),
      ['10.9.9.9', '[2001:db8::9]', '192.0.2.7'],
    )
    assert.deepEqual(allowed(['*'], 'example.com', '8.8.8.8'), ['example.com', '8.8.8.8'])
  })

  test('tells what is none of these, and passes over it', () => {
    const wrong = ['http://a.example', 'a b', '10.0.0.0/33', '10.0.0.0/8/8', '*x.example', 'a:80']
    const trust = createTrust([...wrong, 'good.example', ''])
    assert.deepEqual(trust.mistakes, wrong)
    assert.equal(trust.allows('good.example'), true)
  })
})
