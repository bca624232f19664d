import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { requirePartner } from '../support/partners.ts'
import { realZipkin } from '../support/real-zipkin.ts'
import { postSpans } from './console-fixtures.ts'
import { builtConsole, openTab } from './console-tab.ts'
import { checkout, secondsAgo } from './console-traces.ts'

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' }

/** The console's files, and a stock Zipkin behind everything else. */
async function serveBeside(zipkinPort: number, directory: string) {
  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', 'http://localhost').pathname
    if (/^\/zipkin\/(api\/|config\.json)/.test(path)) {
      const forwarded = request(
        { port: zipkinPort, host: '127.0.0.1', path: incoming.url, method: incoming.method },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(outgoing)
        },
      )
      incoming.pipe(forwarded)
      return
    }
    const name = path.includes('/assets/') ? path.replace('/zipkin/', '') : 'index.html'
    readFile(join(directory, name)).then(
      (body) =>
        outgoing.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'text/html' }).end(body),
      () => outgoing.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

describe('the console on a stock Zipkin', () => {
  test('searches, shows a trace and draws the map', async function () {
    this.timeout(120_000)
    requirePartner(this, 'chromium')
    const zipkin = await realZipkin(this)
    await using front = await serveBeside(zipkin.port, await builtConsole())
    await using tab = await openTab(this, front.url)
    const { page } = tab
    const trace = checkout(secondsAgo(5), { error: 'sku lamp-07 is out of stock' })
    await postSpans(zipkin.url, trace)
    await eventually(
      async () => (await fetch(`${zipkin.url}/api/v2/trace/${trace[0]?.traceId}`)).ok,
    )

    await page.goto(`${front.url}/zipkin/?serviceName=orders&annotationQuery=error&limit=50`)
    const result = page.locator(`.result[href*="${trace[0]?.traceId}"]`)
    await result.filter({ hasText: '4 errors' }).waitFor()
    await result.click()
    await page.locator('.error-box').getByText('out of stock').waitFor()
    assert.equal(await page.getByRole('treeitem').count(), 5)
    await page.goto(`${front.url}/zipkin/dependency`)
    await page.getByRole('button', { name: /^inventory, \d+ calls in/ }).waitFor()
  })
})
