import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Fault } from '../../src/base/fault.ts'
import { createRouter, type Request } from '../../src/net/index.ts'
import { parseInvokeTarget } from '../../src/sidecar/invoke-target.ts'
import { errorCodes } from '../../src/wire/error-codes.ts'

const RUNS = { seed: 20_260_101, numRuns: 1_000 }

/** Paths of what paths are made of, and of what they must not be made of. */
const pieces = fc.oneof(
  fc.constantFrom(
    ...['/', '//', '.', '..', '/../', '/./', '%2e%2e', '%2E.', '%2f', '%2F..%2F', '%5c', '\\', '%'],
    ...[
      '%zz',
      '%00',
      '%0a',
      '%0d%0a',
      '%7f',
      '%23',
      '%3f',
      '%20',
      '+',
      '#',
      ';',
      ':',
      '@',
      '\u0000',
    ],
    ...[
      'v1.0',
      'invoke',
      'method',
      '/v1.0/invoke/',
      '/method/',
      'orders',
      'orders.ns',
      'http://h/',
    ],
    ...['https:', 'http:/h:80', '%C3%A9', '%ff', 'é', '__proto__', 'constructor', '~', '*'],
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const path = fc
  .tuple(fc.constantFrom('/', '/v1.0/invoke/', '/v1.0/invoke/orders/method/'), fc.array(pieces))
  .map(([start, rest]) => start + rest.join(''))

const request = (target: string, headers: readonly string[]): Request => ({
  method: 'GET',
  target,
  path: target.replace(/\?.*/s, ''),
  query: '',
  headers,
  body: undefined,
  contentLength: 0,
  remoteAddress: '127.0.0.1',
  remotePort: 1,
})

describe('routing, with anything', () => {
  test('the router finds a route of the table or none', () => {
    const routes = [
      '/v1.0/metadata',
      '/v1.0/metadata/{key}',
      '/v1.0/invoke/{target...}',
      '/{a}/{b}',
    ].map((template) => ({ method: '*', template }))
    const router = createRouter(routes)
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), path, (method, one) => {
        const match = router.match(method, one)
        if (match !== undefined) assert.ok(routes.includes(match.route))
      }),
      RUNS,
    )
  })

  test('parseInvokeTarget gives a path that is safe to send, or a named fault', () => {
    const headers = fc.oneof(
      fc.constant([]),
      pieces.map((id) => ['dapr-app-id', id]),
      pieces.map((id) => [
        'Authorization',
        `Basic ${Buffer.from(`dapr-app-id:${id}`).toString('base64')}`,
      ]),
    )
    fc.assert(
      fc.property(path, headers, (one, lines) => {
        let target: ReturnType<typeof parseInvokeTarget>
        try {
          target = parseInvokeTarget(request(one, lines), { appId: 'me', namespace: 'default' })
        } catch (error) {
          assert.ok(error instanceof Fault && error.code in errorCodes, String(error))
          return
        }
        assert.notEqual(target.name, '')
        assert.ok(target.path.startsWith('/'), target.path)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
        assert.doesNotMatch(target.path, /[\u0000-\u0020\u007f#]/)
        assert.doesNotMatch(decodeURIComponent(target.path), /(^|\/)\.\.?(\/|$)/)
      }),
      RUNS,
    )
  })
})
