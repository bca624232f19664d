import assert from 'node:assert/strict'
import { disk, startBackend } from '../e2e/backend-fixture.ts'
import { eventually } from '../support/eventually.ts'
import { realZipkin } from '../support/real-zipkin.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'

type Json = Record<string, unknown>

const T = (n: number): string => n.toString(16).padStart(32, 'a')
const TRACES = 6

const getJson = async (url: string, path: string): Promise<unknown> =>
  (await fetch(`${url}${path}`)).json()
const sorted = (list: unknown): string[] =>
  (list as unknown[]).map((one) => JSON.stringify(one)).sort()

/** Invocations through two real sidecars, one of them failing; gives the bodies of their exports. */
async function recordTraffic(front: string, back: string): Promise<readonly string[]> {
  await using receiver = await startSpanReceiver()
  await using app = await startTestApp({
    handler(_, response, seen) {
      response.writeHead(seen.target.startsWith('/fail') ? 500 : 200).end('ok')
    },
  })
  await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
  const caller = await sidecars.start(front, { appPort: app.port })
  await sidecars.start(back, { appPort: app.port })
  for (let n = 0; n < TRACES; n++) {
    const path = n === 3 ? 'fail' : `orders/${n}`
    await send(caller.port, n % 2 === 0 ? 'GET' : 'POST', `/v1.0/invoke/${back}/method/${path}`, [
      `traceparent: 00-${T(n)}-00f067aa0ba902b7-01`,
      'dapr-note: \u00e9"\\',
    ])
  }
  await send(caller.port, 'GET', '/v1.0/metadata', [`traceparent: 00-${T(0)}-00f067aa0ba902b7-01`])
  await receiver.waitFor(({ spans }) => spans.length === TRACES * 2 + 1)
  return receiver.posts.map(({ body }) => body)
}

describe('the traffic of our sidecars in real Zipkin and in our backend', function () {
  this.timeout(90_000)

  for (const driver of ['memory', 'disk'] as const)
    test(`reads back the same through both APIs (${driver})`, async function () {
      const zipkin = await realZipkin(this)
      await using directory = await temporaryDirectory()
      await using ours = await startBackend(
        driver === 'disk' ? { store: disk(directory.path) } : {},
      )
      // Names and ids of its own, since all tests share one real Zipkin.
      const [front, back] = [`storefront-${driver}`, `stock-${driver}`]
      const mark = driver === 'disk' ? 'd' : 'b'
      const own = (text: string): string => text.replace(/a{16}/g, mark.repeat(16))
      const bodies = (await recordTraffic(front, back)).map(own)
      for (const { url } of [ours, zipkin])
        for (const body of bodies) {
          const headers = { 'Content-Type': 'application/json' }
          const { status } = await fetch(`${url}/api/v2/spans`, { method: 'POST', headers, body })
          assert.equal(status, 202)
        }
      const trace = (url: string, n: number) => getJson(url, `/api/v2/trace/${own(T(n))}`)
      await eventually(async () => ((await trace(zipkin.url, TRACES - 1)) as Json[]).length === 2)

      for (let n = 0; n < TRACES; n++) {
        const mine = (await trace(ours.url, n)) as Json[]
        assert.equal(mine.length, n === 0 ? 3 : 2)
        assert.deepEqual(sorted(mine), sorted(await trace(zipkin.url, n)))
        for (const field of ['id', 'parentId', 'name', 'kind', 'localEndpoint', 'tags'])
          assert.ok(
            mine.every((span) => span[field] !== undefined),
            field,
          )
        assert.deepEqual(new Set(mine.map(({ kind }) => kind)), new Set(['CLIENT', 'SERVER']))
      }
      const failed = (await trace(ours.url, 3)) as { tags: Record<string, string> }[]
      assert.ok(failed.some(({ tags }) => tags.error === 'Code(500): Internal Server Error'))

      for (const path of [
        `/api/v2/spans?serviceName=${front}`,
        `/api/v2/spans?serviceName=${back}`,
        `/api/v2/remoteServices?serviceName=${front}`,
        `/api/v2/remoteServices?serviceName=${back}`,
      ])
        assert.deepEqual(await getJson(ours.url, path), await getJson(zipkin.url, path), path)

      const search = `/api/v2/traces?serviceName=${front}&annotationQuery=error`
      const found = (await getJson(ours.url, search)) as Json[][]
      assert.equal(found.length, 1)
      assert.deepEqual(
        found.map(sorted),
        ((await getJson(zipkin.url, search)) as Json[][]).map(sorted),
      )

      const endTs = Date.now() + 60_000
      const links = async (url: string) => {
        const all = (await getJson(url, `/api/v2/dependencies?endTs=${endTs}`)) as Json[]
        return sorted(all.filter(({ parent }) => parent === front || parent === back))
      }
      assert.deepEqual(await links(ours.url), await links(zipkin.url))
      assert.deepEqual((await links(ours.url)).length, 1)
    })
})
