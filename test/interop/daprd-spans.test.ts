import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'

const PARENT = 'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

const cases: readonly {
  readonly file: string
  readonly target: string
  readonly headers?: readonly string[]
}[] = [
  { file: 'invoke-root', target: '/v1.0/invoke/app-b/method/orders/7?x=1' },
  {
    file: 'invoke-parent-sampled',
    target: '/v1.0/invoke/app-b/method/orders/7?x=1',
    headers: [PARENT],
  },
  { file: 'invoke-self', target: '/v1.0/invoke/app-a/method/orders/7?x=1', headers: [PARENT] },
  { file: 'metadata', target: '/v1.0/metadata' },
  { file: 'bad-path', target: '/v1.0/nonsense' },
]

/** Where Sidelight differs from daprd on purpose; docs/compatibility.md says why. */
function withOurDifferences(span: ZipkinSpan): Record<string, unknown> {
  const { remoteEndpoint, ...rest } = span
  const peer = span.tags?.['net.peer.name']
  return {
    ...rest,
    // An unknown path is no name: it has no bound and may hold anything.
    name: span.name === '/v1.0/nonsense' ? 'unmatched' : span.name,
    // daprd names the client's address as the remote side.
    ...(remoteEndpoint === undefined || peer === undefined
      ? {}
      : { remoteEndpoint: { serviceName: peer } }),
    // Query strings stay out of spans.
    tags: {
      ...span.tags,
      ...(span.tags?.['url.full'] ? { 'url.full': span.tags['url.full'].replace(/\?.*/, '') } : {}),
    },
  }
}

/** What no two runs share. */
function withoutVariables(span: Record<string, unknown>): Record<string, unknown> {
  const { timestamp: _t, duration: _d, id: _i, traceId: _x, parentId, ...rest } = span
  const { 'server.port': _p, ...tags } = rest.tags as Record<string, string>
  return { ...rest, tags, hasParent: parentId !== undefined }
}

describe('spans beside those of a running daprd [daprd 1.18.2]', () => {
  for (const { file, target, headers } of cases)
    test(`${file}: names, kinds, endpoints and tags are daprd’s, save the listed differences`, async () => {
      const path = new URL(`./vectors/daprd-spans/${file}.json`, import.meta.url)
      const expected = JSON.parse(await readFile(path, 'utf8')) as ZipkinSpan[]
      await using app = await startTestApp()
      await using receiver = await startSpanReceiver()
      await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
      const a = await sidecars.start('app-a', { appPort: app.port })
      const b = await sidecars.start('app-b', { appPort: app.port })
      await send(a.port, 'GET', target, headers)
      await Promise.all([a.stop(), b.stop()])
      const byKind = (x: { kind?: unknown }, y: { kind?: unknown }) =>
        String(x.kind).localeCompare(String(y.kind))
      assert.deepEqual(
        receiver.spans.map((span) => withoutVariables({ ...span })).sort(byKind),
        expected.map((span) => withoutVariables(withOurDifferences(span))).sort(byKind),
      )
    })
})
