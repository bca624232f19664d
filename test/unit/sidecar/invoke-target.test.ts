import assert from 'node:assert/strict'
import type { Request } from '../../../src/net/index.ts'
import { parseInvokeTarget } from '../../../src/sidecar/invoke-target.ts'

const own = { appId: 'shop', namespace: 'default' }
const request = (target: string, headers: readonly string[] = []): Request => {
  const [path = '', ...query] = target.split('?')
  return {
    method: 'GET',
    target,
    path,
    query: query.join('?'),
    headers,
    body: undefined,
    contentLength: 0,
    remoteAddress: '127.0.0.1',
    remotePort: 1,
  }
}
const read = (target: string, headers: readonly string[] = []) => {
  const { kind, name, namespace, path, origin } = parseInvokeTarget(request(target, headers), own)
  return [kind, name, namespace, path, origin]
}
const basic = (text: string) => ['Authorization', `Basic ${Buffer.from(text).toString('base64')}`]
const invoke = (rest: string): string => `/v1.0/invoke/${rest}`

describe('parseInvokeTarget [dapr: directmessaging.go]', () => {
  for (const [what, target, headers, expected] of [
    ['a path', invoke('orders/method/a/b'), [], ['peer', 'orders', 'default', '/a/b']],
    [
      'a query',
      invoke('orders/method/a?x=1&y=%2F?'),
      [],
      ['peer', 'orders', 'default', '/a?x=1&y=%2F?'],
    ],
    ['a namespace', invoke('orders.test/method/a'), [], ['peer', 'orders', 'test', '/a']],
    ['itself', invoke('shop/method/a'), [], ['app', 'shop', 'default', '/a']],
    ['itself by namespace', invoke('shop.default/method/a'), [], ['app', 'shop', 'default', '/a']],
    ['its name elsewhere', invoke('shop.test/method/a'), [], ['peer', 'shop', 'test', '/a']],
    ['no method', invoke('orders/method/'), [], ['peer', 'orders', 'default', '/']],
    ['a header', '/a/b?c', ['Dapr-App-Id', 'orders'], ['peer', 'orders', 'default', '/a/b?c']],
    ['basic auth', '/a', basic('dapr-app-id:orders'), ['peer', 'orders', 'default', '/a']],
    [
      'a header before a path',
      invoke('x/method/a'),
      ['dapr-app-id', 'orders'],
      ['peer', 'orders', 'default', '/v1.0/invoke/x/method/a'],
    ],
    [
      'dots resolved',
      invoke('orders/method/a/../b/./c//d/'),
      [],
      ['peer', 'orders', 'default', '/b/c/d'],
    ],
    [
      'dots that are escaped',
      invoke('orders/method/a/%2e%2e/b'),
      [],
      ['peer', 'orders', 'default', '/b'],
    ],
    [
      'dots above the root',
      invoke('orders/method/../../../etc'),
      [],
      ['peer', 'orders', 'default', '/etc'],
    ],
    ['escapes', invoke('orders/method/a%20b'), [], ['peer', 'orders', 'default', '/a%20b']],
    [
      'an external URL',
      invoke('http://api.test:8080/base/method/a'),
      [],
      ['external', 'api.test:8080', '', '/base/a', 'http://api.test:8080'],
    ],
    [
      'an external URL whose slashes were collapsed',
      invoke('https:/api.test/method/a'),
      [],
      ['external', 'api.test', '', '/a', 'https://api.test'],
    ],
  ] as const)
    test(`reads ${what}`, () =>
      assert.deepEqual(
        read(target, headers),
        expected.length === 5 ? expected : [...expected, undefined],
      ))

  for (const [written, id] of [
    ['orders.test', 'orders.test'],
    ['https://me:hunter2@api.test/base', 'https://api.test/base'],
  ] as const)
    test(`is found among the targets of a policy as ${id}`, () => {
      const target = parseInvokeTarget(request('/x', ['dapr-app-id', written]), own)
      assert.equal(target.id, id)
    })

  for (const [what, target, headers, code] of [
    ['no app id', '/anything', [], 'ERR_DIRECT_INVOKE_NO_APP_ID'],
    ['an empty header', '/a', ['dapr-app-id', ''], 'ERR_DIRECT_INVOKE_NO_APP_ID'],
    ['another user of basic auth', '/a', basic('me:orders'), 'ERR_DIRECT_INVOKE_NO_APP_ID'],
    ['a path without method', invoke('orders'), [], 'ERR_DIRECT_INVOKE_NO_APP_ID'],
    ['an app id of three parts', invoke('a.b.c/method/x'), [], 'ERR_DIRECT_INVOKE'],
    ['an empty app id', invoke('.test/method/x'), [], 'ERR_DIRECT_INVOKE'],
    ['an app id with a line break', invoke('b%0d%0aX:%201/method/x'), [], 'ERR_BAD_REQUEST'],
    ['an app id with a blank', '/x', ['dapr-app-id', 'a b'], 'ERR_BAD_REQUEST'],
    ['an app id of 64 letters', invoke(`${'a'.repeat(64)}/method/x`), [], 'ERR_BAD_REQUEST'],
    ['a namespace of a wrong form', invoke('a.b c/method/x'), [], 'ERR_BAD_REQUEST'],
    ['a broken escape in the id', invoke('a%zz/method/x'), [], 'ERR_BAD_REQUEST'],
    ['a broken escape in the method', invoke('a/method/%zz'), [], 'ERR_DIRECT_INVOKE_METHOD'],
    ['an escaped #', invoke('a/method/x%23'), [], 'ERR_DIRECT_INVOKE_METHOD'],
    ['an escaped ?', invoke('a/method/x%3Fy'), [], 'ERR_DIRECT_INVOKE_METHOD'],
    ['an escaped line break', invoke('a/method/x%0d%0a'), [], 'ERR_DIRECT_INVOKE_METHOD'],
  ] as const)
    test(`refuses ${what}`, () =>
      assert.throws(() => parseInvokeTarget(request(target, headers), own), { code }))
})
