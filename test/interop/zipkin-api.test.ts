import assert from 'node:assert/strict'
import { disk, START_US, startBackend } from '../e2e/backend-fixture.ts'
import { eventually } from '../support/eventually.ts'
import { realZipkin } from '../support/real-zipkin.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

type Json = Record<string, unknown>

const post = async (url: string, body: string, path = '/api/v2/spans') => {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body })
  return { status: response.status, text: await response.text() }
}
const get = async (url: string, path: string) => {
  const response = await fetch(`${url}${path}`)
  // Real Zipkin pads a list with U+2028 in it, having counted too many bytes.
  return { status: response.status, text: (await response.text()).replace(/[\0 ]+$/, '') }
}

const ID = '"traceId":"1","id":"1"'
const BAD_BODIES = [
  '{}',
  'x',
  ' []',
  '[1]',
  '[null]',
  '[[]]',
  '[,]',
  '[{}]',
  '[{"traceId":"1"}]',
  '[{"id":"1"}]',
  '[{"traceId":"","id":"1"}]',
  '[{"traceId":null,"id":"1"}]',
  '[{"traceId":true,"id":"1"}]',
  '[{"traceId":{},"id":"1"}]',
  '[{"traceId":"xyz","id":"1"}]',
  '[{"traceId":"AB","id":"1"}]',
  '[{"traceId":"000","id":"1"}]',
  `[{"traceId":"${'1'.repeat(33)}","id":"1"}]`,
  '[{"traceId":"1","id":""}]',
  '[{"traceId":"1","id":"12345678901234567"}]',
  '[{"traceId":"1","id":"0000000000000000"}]',
  `[{${ID},"parentId":""}]`,
  `[{${ID},"parentId":"12345678901234567"}]`,
  `[{${ID},"kind":"client"}]`,
  `[{${ID},"kind":1}]`,
  `[{${ID},"timestamp":"soon"}]`,
  `[{${ID},"timestamp":""}]`,
  `[{${ID},"timestamp":1.5}]`,
  `[{${ID},"timestamp":"1.5"}]`,
  `[{${ID},"timestamp":99999999999999999999}]`,
  `[{${ID},"timestamp":[]}]`,
  `[{${ID},"duration":true}]`,
  `[{${ID},"localEndpoint":"shop"}]`,
  `[{${ID},"localEndpoint":{"serviceName":[]}}]`,
  `[{${ID},"localEndpoint":{"port":65536}}]`,
  `[{${ID},"localEndpoint":{"port":4294967296}}]`,
  `[{${ID},"remoteEndpoint":{"port":"http"}}]`,
  `[{${ID},"annotations":{}}]`,
  `[{${ID},"annotations":[{"value":"a"}]}]`,
  `[{${ID},"annotations":[{"timestamp":1}]}]`,
  `[{${ID},"annotations":[{"timestamp":null,"value":"a"}]}]`,
  `[{${ID},"tags":[]}]`,
  `[{${ID},"tags":{"a":null}}]`,
  `[{${ID},"tags":{"a":true}}]`,
  `[{${ID},"tags":{"a":["b"]}}]`,
  `[{${ID},"debug":"yes"}]`,
  `[{${ID}`,
  `[{${ID}}`,
  `[{${ID}},`,
  `[{${ID}},]`,
  `[\n{"traceId":\n"1", "kind": null `,
  `[{${ID},"name":"unfinished`,
  `[{${ID},"x":{"y":[1,2,{"z":`,
  `[{${ID},"x":NaN}]`,
  `[{${ID},"x":01}]`,
  `[{${ID},"x":"\\q"}]`,
  `[{${ID},"binaryAnnotations":[]}]`,
] as const

const shop = { serviceName: 'Shop', ipv4: '10.0.0.1', port: 8080 }
const orders = { serviceName: 'orders', ipv6: '2001:DB8:0:0:0:0:0:1' }
const at = (ms: number): number => START_US + ms * 1000

/** A trace with most of what a span can hold; ids begin with `prefix`. */
function traceOf(prefix: string, n: number): Json[] {
  // The right half tells the drivers apart too: dependencies look at nothing else.
  const traceId = `${prefix.repeat(17)}${n.toString(16).padStart(15, '0')}`
  const start = n * 100
  return [
    {
      traceId,
      id: '1',
      kind: 'SERVER',
      name: 'GET /',
      timestamp: at(start),
      duration: 9000,
      localEndpoint: shop,
    },
    {
      traceId,
      id: '2',
      parentId: '1',
      kind: 'CLIENT',
      name: 'call',
      timestamp: at(start + 1),
      duration: 5000 + n,
      localEndpoint: shop,
      remoteEndpoint: { serviceName: 'orders' },
      tags: { n: String(n), z: 'last', '10': 'b', '9': '\u2028é"\\' },
    },
    {
      traceId,
      id: '2',
      parentId: '1',
      kind: 'SERVER',
      shared: true,
      timestamp: at(start + 2),
      duration: 3000,
      localEndpoint: orders,
      ...(n % 3 === 0 ? { tags: { error: 'out of stock' } } : {}),
      annotations: [
        { timestamp: at(start + 3), value: 'b' },
        { timestamp: at(start + 3), value: 'a' },
      ],
    },
    {
      traceId,
      id: '3',
      parentId: '2',
      name: 'local',
      timestamp: at(start + 3),
      duration: -4,
      localEndpoint: orders,
    },
    {
      traceId,
      id: '4',
      parentId: '3',
      kind: n % 2 === 0 ? 'CLIENT' : 'PRODUCER',
      timestamp: at(start + 4),
      localEndpoint: orders,
      remoteEndpoint: { serviceName: n % 2 === 0 ? 'db' : 'queue' },
    },
    {
      traceId,
      id: '5',
      parentId: 'f',
      kind: 'CONSUMER',
      timestamp: at(start + 5),
      localEndpoint: shop,
    },
  ]
}

const sortText = (list: readonly unknown[]): string[] =>
  list.map((one) => JSON.stringify(one)).sort()
/** Order of spans and of traces is nobody's promise. */
const comparable = (text: string): unknown => {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) return value
  return sortText(value.map((one) => (Array.isArray(one) ? sortText(one) : one)))
}

describe('our trace API beside real Zipkin', function () {
  this.timeout(60_000)

  test('refuses the same bodies in the same words', async function () {
    const zipkin = await realZipkin(this)
    await using ours = await startBackend()
    for (const body of BAD_BODIES)
      assert.deepEqual(await post(ours.url, body), await post(zipkin.url, body), body)
  })

  for (const driver of ['memory', 'disk'] as const)
    test(`reads back the same from ${driver}: names, traces, searches, dependencies`, async function () {
      const zipkin = await realZipkin(this)
      await using directory = await temporaryDirectory()
      await using ours = await startBackend(
        driver === 'disk' ? { store: disk(directory.path) } : {},
      )
      const prefix = driver === 'disk' ? 'd' : 'e'
      // Services of its own, since all tests share one real Zipkin.
      const rename = (text: string): string =>
        text.replace(/"(shop|orders|db|queue)"/gi, (_, name: string) => `"${name}-${driver}"`)
      const traces = Array.from({ length: 12 }, (_, n) => traceOf(prefix, n + 1))
      const batches = [0, 1, 2, 3, 4, 5].map((place) =>
        rename(JSON.stringify(traces.map((trace) => trace[place]))),
      )
      for (const body of [...batches, batches[0] as string])
        for (const { url } of [ours, zipkin]) assert.equal((await post(url, body)).status, 202)
      const id = (n: number): string => String(traces[n]?.[0]?.traceId)
      await eventually(async () => {
        const { text } = await get(zipkin.url, `/api/v2/trace/${id(11)}`)
        return (JSON.parse(text) as unknown[]).length === 6
      })

      const window = `endTs=${START_US / 1000 + 10_000}&lookback=20000&limit=100`
      const service = `serviceName=shop-${driver}`
      const other = `serviceName=orders-${driver}`
      const paths = [
        `/api/v2/spans?${service}`,
        `/api/v2/spans?${other}`,
        `/api/v2/remoteServices?${service}`,
        `/api/v2/remoteServices?serviceName=Orders-${driver}`,
        `/api/v2/trace/${id(0)}`,
        `/api/v2/trace/${id(11)}`,
        `/api/v2/traceMany?traceIds=${id(1)},${id(2)},0abc`,
        `/api/v2/traces?${window}&${service}`,
        `/api/v2/traces?${window}&${service}&spanName=call`,
        `/api/v2/traces?${window}&${service}&spanName=local`,
        `/api/v2/traces?${window}&${service}&remoteServiceName=orders-${driver}`,
        `/api/v2/traces?${window}&${other}&remoteServiceName=db-${driver}`,
        `/api/v2/traces?${window}&${service}&minDuration=5005&maxDuration=5008`,
        `/api/v2/traces?${window}&${service}&minDuration=9001`,
        `/api/v2/traces?${window}&${other}&annotationQuery=error`,
        `/api/v2/traces?${window}&${service}&annotationQuery=error`,
        `/api/v2/traces?${window}&${other}&annotationQuery=a`,
        `/api/v2/traces?${window}&${service}&annotationQuery=n=7 and z`,
        `/api/v2/traces?${window}&${service}&annotationQuery=n=7 and n=8`,
        `/api/v2/traces?${service}&endTs=${START_US / 1000 + 550}&lookback=150&limit=100`,
      ]
      for (const path of paths) {
        const [mine, theirs] = [await get(ours.url, path), await get(zipkin.url, path)]
        assert.equal(mine.status, theirs.status, path)
        assert.deepEqual(comparable(mine.text), comparable(theirs.text), path)
      }

      const links = async (url: string) => {
        const { text } = await get(url, `/api/v2/dependencies?endTs=${START_US / 1000 + 10_000}`)
        const all = JSON.parse(text) as Json[]
        return sortText(all.filter((link) => String(link.parent).endsWith(driver)))
      }
      assert.deepEqual(await links(ours.url), await links(zipkin.url))
      assert.ok((await links(ours.url)).length >= 3)
    })

  test('refuses the same queries in the same words', async function () {
    const zipkin = await realZipkin(this)
    await using ours = await startBackend()
    for (const path of [
      '/api/v2/trace/xyz',
      '/api/v2/trace/0',
      '/api/v2/trace/abcdef0123456789',
      '/api/v2/trace/ABC',
      `/api/v2/trace/${'1'.repeat(33)}`,
      '/api/v2/traces?limit=0',
      '/api/v2/traces?endTs=0&serviceName=a',
      '/api/v2/traces?lookback=0',
      '/api/v2/traces?minDuration=0',
      '/api/v2/traces?maxDuration=5',
      '/api/v2/traces?minDuration=5&maxDuration=4',
      '/api/v2/traceMany?traceIds=',
      '/api/v2/traceMany?traceIds=1,1',
      '/api/v2/traceMany?traceIds=1',
      '/api/v2/dependencies?endTs=0',
      '/api/v2/autocompleteValues?key=',
    ])
      assert.deepEqual(await get(ours.url, path), await get(zipkin.url, path), path)
  })
})
