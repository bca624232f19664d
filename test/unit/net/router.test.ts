import assert from 'node:assert/strict'
import { createRouter } from '../../../src/net/index.ts'

const route = (method: string, template: string) => ({ method, template })
const router = createRouter([
  route('GET', '/'),
  route('GET', '/v1.0/metadata'),
  route('PUT', '/v1.0/metadata/{key}'),
  route('GET', '/v1.0/state/{store}/{key}'),
  route('GET', '/v1.0/state/{store}/bulk'),
  route('POST', '/v1.0/state/{store}'),
  route('*', '/v1.0/invoke/{target...}'),
  route('POST', '/v1.0/invoke/self/now'),
  route('GET', '/files/{name...}'),
  route('*', '/any'),
])

const rows: readonly (readonly [
  call: string,
  template: string | undefined,
  params?: Record<string, string>,
])[] = [
  ['GET /', '/'],
  ['GET //', '/'],
  ['GET /v1.0/metadata', '/v1.0/metadata'],
  ['GET /v1.0/metadata/', '/v1.0/metadata'],
  ['GET //v1.0///metadata//', '/v1.0/metadata'],
  ['GET /v1.0/Metadata', undefined],
  ['POST /v1.0/metadata', undefined],
  ['GET /v1.0', undefined],
  ['GET /v1.0/metadata/a', undefined],
  ['PUT /v1.0/metadata/a', '/v1.0/metadata/{key}', { key: 'a' }],
  ['PUT /v1.0/metadata/a%2Fb', '/v1.0/metadata/{key}', { key: 'a%2Fb' }],
  ['GET /v1.0/state/s/k', '/v1.0/state/{store}/{key}', { store: 's', key: 'k' }],
  ['GET /v1.0/state/s/bulk', '/v1.0/state/{store}/bulk', { store: 's' }],
  ['POST /v1.0/state/s', '/v1.0/state/{store}', { store: 's' }],
  ['GET /v1.0/state/s', undefined],
  ['GET /v1.0/state/s/k/more', undefined],
  ['DELETE /v1.0/invoke/a/method/b', '/v1.0/invoke/{target...}', { target: 'a/method/b' }],
  ['GET /v1.0/invoke', '/v1.0/invoke/{target...}', { target: '' }],
  ['BREW /v1.0/invoke/a', '/v1.0/invoke/{target...}', { target: 'a' }],
  ['POST /v1.0/invoke/self/now', '/v1.0/invoke/self/now'],
  // The literal has no such method, so the rest takes it.
  ['GET /v1.0/invoke/self/now', '/v1.0/invoke/{target...}', { target: 'self/now' }],
  ['POST /v1.0/invoke/self/now/x', '/v1.0/invoke/{target...}', { target: 'self/now/x' }],
  ['GET /files/a//b/', '/files/{name...}', { name: 'a/b' }],
  ['POST /files/a', undefined],
  ['PATCH /any', '/any'],
  ['GET /__proto__', undefined],
  ['GET /constructor/prototype', undefined],
]

describe('createRouter', () => {
  for (const [call, template, params = {}] of rows)
    test(`answers ${call} with ${template ?? 'nothing'}`, () => {
      const [method = '', path = ''] = call.split(' ')
      const match = router.match(method, path)
      assert.equal(match?.route.template, template)
      if (template !== undefined) assert.deepEqual(match?.params, params)
    })

  test('prefers a method to every method', () => {
    const both = createRouter([route('*', '/a'), route('GET', '/a')])
    assert.equal(both.match('GET', '/a')?.route.method, 'GET')
    assert.equal(both.match('PUT', '/a')?.route.method, '*')
  })

  test('prefers literal to parameter to rest, whatever the order of the table', () => {
    const routes = [route('GET', '/x/{a...}'), route('GET', '/x/{a}'), route('GET', '/x/y')]
    for (const table of [routes, [...routes].reverse()]) {
      const found = (path: string) => createRouter(table).match('GET', path)?.route.template
      assert.deepEqual(
        [found('/x/y'), found('/x/z'), found('/x/y/z'), found('/x')],
        ['/x/y', '/x/{a}', '/x/{a...}', '/x/{a...}'],
      )
    }
  })

  test('goes back when a literal leads nowhere', () => {
    const table = createRouter([route('GET', '/a/b/c'), route('GET', '/{x}/b/d')])
    assert.deepEqual(table.match('GET', '/a/b/d')?.params, { x: 'a' })
  })

  test('calls it a bug when a segment has two names, since only one could be filled', () => {
    const routes = [route('GET', '/s/{store}'), route('PUT', '/s/{name}/x')]
    assert.throws(() => createRouter(routes), /\{store\} is called \{name\}/)
  })

  test('calls it a bug when two routes collide', () => {
    assert.throws(() => createRouter([route('GET', '/a'), route('GET', '/a/')]), /two routes/)
    assert.throws(() => createRouter([route('GET', '/{a}'), route('GET', '/{a}')]), /two routes/)
    assert.throws(
      () => createRouter([route('GET', '/{a...}'), route('GET', '/{b...}')]),
      /two routes/,
    )
  })
})
