import assert from 'node:assert/strict'
import { compileHttpLabels } from '../../../src/policy/http-labels.ts'

const ORDERS = ['/orders/{id}', '/orders/special', 'customers/{id}/{rest...}']

type Options = Parameters<typeof compileHttpLabels>[0]
const labels = (options: Partial<Options> = {}) =>
  compileHttpLabels({
    increasedCardinality: true,
    excludeVerbs: false,
    pathMatching: [],
    ...options,
  })

/** Options, then what becomes of a path of the sidecar, and of the same one of the app. */
const rows: readonly (readonly [Partial<Options>, path: string, server: string, app: string])[] = [
  [{}, '/v1.0/invoke/a/method/x/7', '/v1.0/invoke/a/method/x/{id}', '/v1.0/invoke/a/method/x/{id}'],
  [{}, '/v1.0/state/store/key', '/v1.0/state/store', '/v1.0/state/store'],
  [{ increasedCardinality: false }, '/v1.0/state/store/key', '', ''],
  [{ increasedCardinality: false }, '/dapr/subscribe', '', '/dapr/subscribe'],
  [{ increasedCardinality: false }, '/healthz', '', '/healthz'],
  [{ increasedCardinality: false }, '/healthz/more', '', ''],
  [{ pathMatching: ORDERS }, '/orders/7', '/orders/{id}', '/orders/{id}'],
  [{ pathMatching: ORDERS }, '/orders/special', '/orders/special', '/orders/special'],
  [{ pathMatching: ORDERS }, '/orders/7/more', '/orders/{id}/more', '/orders/{id}/more'],
  [
    { pathMatching: ORDERS },
    '/v1.0/invoke/a/method/orders/x',
    '/v1.0/invoke/{app_id}/method/orders/{id}',
    '/v1.0/invoke/{app_id}/method/orders/{id}',
  ],
  [
    { pathMatching: ORDERS },
    '/customers/a/b/c',
    '/customers/{id}/{rest...}',
    '/customers/{id}/{rest...}',
  ],
  [{ pathMatching: ORDERS }, '//orders//x', '/orders/{id}', '/orders/{id}'],
  [
    { pathMatching: ORDERS, increasedCardinality: false },
    '/orders/7',
    '/orders/{id}',
    '/orders/{id}',
  ],
  [{ pathMatching: ORDERS, increasedCardinality: false }, '/other', '', ''],
  [{ pathMatching: ['/'], increasedCardinality: false }, '/other', '/', '/'],
  [
    { pathMatching: ['/v1.0/invoke/{app}/method/'] },
    '/v1.0/invoke/a/method/x',
    '/v1.0/invoke/{app}/method/',
    '/v1.0/invoke/{app}/method/',
  ],
]

describe('compileHttpLabels [dapr: http_monitoring.go, http_monitoring_path_matching.go]', () => {
  for (const [options, path, server, app] of rows)
    test(`makes ${JSON.stringify(server)} of ${path} with ${JSON.stringify(options)}`, () => {
      const { serverPath, appPath } = labels(options)
      assert.equal(serverPath(path, path), server)
      assert.equal(appPath(path), app)
    })

  test('names no path that nobody serves, unless a pattern does', () => {
    assert.equal(labels().serverPath('/nonsense', undefined), '{unmatched}')
    assert.equal(
      labels({ pathMatching: ORDERS }).serverPath('/orders/7', undefined),
      '/orders/{id}',
    )
    assert.equal(labels({ increasedCardinality: false }).serverPath('/nonsense', undefined), '')
  })

  test('shows nothing of a path but what may be shown', () => {
    const { serverPath } = labels({ pathMatching: ['/v1.0/lock/{store}'] })
    assert.equal(
      serverPath('/v1.0/configuration/s/Ann/x', '/v1.0/configuration/s/{id}/x'),
      '/v1.0/configuration/s/{id}/x',
    )
  })

  test('knows the methods of HTTP', () => {
    assert.deepEqual(['GET', 'TRACE', 'get', 'BREW'].map(labels().method), [
      'GET',
      'TRACE',
      'UNKNOWN',
      'UNKNOWN',
    ])
    assert.equal(labels({ excludeVerbs: true }).method('GET'), '')
  })
})
