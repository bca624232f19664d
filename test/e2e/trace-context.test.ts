import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { openRaw } from '../support/raw-http.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'

const T = '4bf92f3577b34da6a3ce929d0e0e4736'
const P = '00f067aa0ba902b7'
const PARENT = `traceparent: 00-${T}-${P}-01`

/** What goes in, and what the app and the caller get; daprd's own table, with W3C where daprd is not strict. */
const rows: readonly {
  readonly sent: string
  readonly headers: readonly string[]
  /** `T` continues the trace, `new` starts one. */
  readonly trace: 'T' | 'new'
  readonly flags: string
  readonly spans: 0 | 2
  readonly tracestate?: string
}[] = [
  { sent: 'nothing', headers: [], trace: 'new', flags: '01', spans: 2 },
  { sent: 'a sampled parent', headers: [PARENT], trace: 'T', flags: '01', spans: 2 },
  {
    sent: 'an unsampled parent',
    headers: [`traceparent: 00-${T}-${P}-00`],
    trace: 'T',
    flags: '00',
    spans: 0,
  },
  {
    sent: 'an upper-case trace id',
    headers: [`traceparent: 00-${T.toUpperCase()}-${P}-01`],
    trace: 'new',
    flags: '01',
    spans: 2,
  },
  {
    sent: 'an all-zero trace id',
    headers: [`traceparent: 00-${'0'.repeat(32)}-${P}-01`],
    trace: 'new',
    flags: '01',
    spans: 2,
  },
  {
    sent: 'an all-zero span id',
    headers: [`traceparent: 00-${T}-${'0'.repeat(16)}-01`],
    trace: 'new',
    flags: '01',
    spans: 2,
  },
  {
    sent: 'version ff',
    headers: [`traceparent: ff-${T}-${P}-01`],
    trace: 'new',
    flags: '01',
    spans: 2,
  },
  {
    sent: 'version 00 with more after it',
    headers: [`${PARENT}-extra`],
    trace: 'new',
    flags: '01',
    spans: 2,
  },
  {
    sent: 'a later version with more after it',
    headers: [`traceparent: cc-${T}-${P}-01-extra`],
    trace: 'T',
    flags: '01',
    spans: 2,
  },
  {
    sent: 'a later version with junk after it',
    headers: [`traceparent: cc-${T}-${P}-01.extra`],
    trace: 'new',
    flags: '01',
    spans: 2,
  },
  {
    sent: 'reserved flag bits',
    headers: [`traceparent: 00-${T}-${P}-ff`],
    trace: 'T',
    flags: '03',
    spans: 2,
  },
  {
    sent: 'flags of one character',
    headers: [`traceparent: 00-${T}-${P}-1`],
    trace: 'new',
    flags: '01',
    spans: 2,
  },
  { sent: 'two traceparent lines', headers: [PARENT, PARENT], trace: 'new', flags: '01', spans: 2 },
  {
    sent: 'blanks around it',
    headers: [`traceparent:   00-${T}-${P}-01 \t`],
    trace: 'T',
    flags: '01',
    spans: 2,
  },
  {
    sent: 'a name in other case',
    headers: [`TraceParent: 00-${T}-${P}-01`],
    trace: 'T',
    flags: '01',
    spans: 2,
  },
  {
    sent: 'a tracestate',
    headers: [PARENT, 'tracestate: rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    trace: 'T',
    flags: '01',
    spans: 2,
    tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
  },
  {
    sent: 'two tracestate lines',
    headers: [PARENT, 'tracestate: a=1', 'tracestate: b=2'],
    trace: 'T',
    flags: '01',
    spans: 2,
    tracestate: 'a=1,b=2',
  },
  {
    sent: 'a malformed tracestate',
    headers: [PARENT, 'tracestate: foo @=1,bar=2'],
    trace: 'T',
    flags: '01',
    spans: 2,
  },
  {
    sent: 'a tracestate without traceparent',
    headers: ['tracestate: a=1'],
    trace: 'new',
    flags: '01',
    spans: 2,
  },
  { sent: 'B3 in one header', headers: [`b3: ${T}-${P}-1`], trace: 'T', flags: '01', spans: 2 },
  {
    sent: 'B3 in one header, not sampled',
    headers: [`b3: ${T}-${P}-0`],
    trace: 'T',
    flags: '00',
    spans: 0,
  },
  {
    sent: 'B3 in several headers',
    headers: [`X-B3-TraceId: ${T}`, `X-B3-SpanId: ${P}`, 'X-B3-Sampled: 1'],
    trace: 'T',
    flags: '01',
    spans: 2,
  },
  { sent: 'a B3 refusal alone', headers: ['b3: 0'], trace: 'new', flags: '00', spans: 0 },
  {
    sent: 'both W3C and B3',
    headers: [PARENT, `b3: ${'1'.repeat(32)}-${P}-0`],
    trace: 'T',
    flags: '01',
    spans: 2,
  },
]

describe('trace context on an invocation through two sidecars [W3C Trace Context, rate 1]', () => {
  for (const row of rows)
    test(`${row.sent}: ${row.trace === 'T' ? 'continues' : 'starts'} a trace with flags ${row.flags}`, async () => {
      await using app = await startTestApp()
      await using receiver = await startSpanReceiver()
      await using sidecars = await startSidecars(tracing({ rate: '1', endpoint: receiver.url }))
      const a = await sidecars.start('app-a')
      const b = await sidecars.start('app-b', { appPort: app.port })
      const answer = await send(a.port, 'GET', '/v1.0/invoke/app-b/method/orders/7', row.headers)
      assert.equal(answer.status, 200)

      const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/
      const [, traceAtApp, spanAtApp, flagsAtApp] =
        pattern.exec(String(app.requests[0]?.headers.traceparent)) ?? []
      const [, traceAtClient, spanAtClient, flagsAtClient] =
        pattern.exec(String(answer.header('traceparent'))) ?? []
      assert.equal(traceAtApp === T, row.trace === 'T')
      assert.equal(traceAtClient, traceAtApp)
      assert.deepEqual([flagsAtApp, flagsAtClient], [row.flags, row.flags])
      assert.notEqual(spanAtApp, spanAtClient)
      assert.equal(app.requests[0]?.headers.tracestate, row.tracestate)
      assert.equal(answer.header('tracestate'), row.tracestate)

      await Promise.all([a.stop(), b.stop()])
      const [client, server] = ['CLIENT', 'SERVER'].map((kind) =>
        receiver.spans.find((span) => span.kind === kind),
      )
      assert.equal(receiver.spans.length, row.spans)
      if (row.spans === 0) return
      assert.equal(client?.parentId, row.trace === 'T' ? P : undefined)
      assert.equal(server?.parentId, client?.id)
      assert.deepEqual([client?.id, server?.id], [spanAtClient, spanAtApp])
    })

  test('baggage goes to the app as sent and comes back to the caller', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    await sidecars.start('app-b', { appPort: app.port })
    const answer = await send(a.port, 'GET', '/v1.0/invoke/app-b/method/x', [
      'baggage: k=v,l=w;p=1',
    ])
    assert.equal(app.requests[0]?.headers.baggage, 'k=v,l=w;p=1')
    assert.equal(answer.header('baggage'), 'k=v,l=w;p=1')
  })

  test('malformed baggage is refused in daprd’s words, with a span and a count', async () => {
    await using app = await startTestApp()
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const b = await sidecars.start('app-b', { appPort: app.port })
    const answer = await send(b.port, 'GET', '/v1.0/invoke/app-b/method/x', ['baggage: nonsense'])
    assert.equal(answer.status, 400)
    assert.equal(
      answer.body.toString().trim(),
      'invalid baggage header: invalid baggage list-member: "nonsense"',
    )
    assert.equal(app.requests.length, 0)
    await receiver.waitFor(({ spans }) => spans[0]?.tags?.['dapr.status_code'] === '400')
    assert.match(await b.metrics(), /dapr_http_server_request_count\{[^}]*status="400"\} 1/)
  })

  test('an app that answers with a traceparent of its own keeps it', async () => {
    const own = `00-${T}-${P}-01`
    await using app = await startTestApp({
      handler: (_, response) => void response.writeHead(200, { traceparent: own }).end(),
    })
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a')
    await sidecars.start('app-b', { appPort: app.port })
    const answer = await send(a.port, 'GET', '/v1.0/invoke/app-b/method/x')
    assert.deepEqual(
      answer.headers.filter(([name]) => name.toLowerCase() === 'traceparent').map(([, v]) => v),
      [own],
    )
  })

  for (const [what, configuration] of [
    ['rate 0', tracing({ rate: '0' })],
    ['no tracing section', 'apiVersion: dapr.io/v1alpha1\nkind: Configuration\nspec: {}\n'],
  ] as const)
    test(`${what} passes context headers byte for byte and makes none`, async () => {
      await using app = await startTestApp()
      await using sidecars = await startSidecars(configuration)
      const a = await sidecars.start('app-a')
      await sidecars.start('app-b', { appPort: app.port })
      const upper = `00-${T.toUpperCase()}-${P}-ff`
      const sent = [`TraceParent: ${upper}`, 'tracestate: foo @=1', 'baggage: nonsense']
      await send(a.port, 'GET', '/v1.0/invoke/app-b/method/x', sent)
      const answer = await send(a.port, 'GET', '/v1.0/invoke/app-b/method/x')
      const [first, second] = app.requests
      assert.equal(first?.headers.traceparent, upper)
      assert.ok(first?.rawHeaders.includes('TraceParent'))
      assert.equal(first?.headers.tracestate, 'foo @=1')
      assert.equal(first?.headers.baggage, 'nonsense')
      assert.equal(second?.headers.traceparent, undefined)
      assert.equal(answer.header('traceparent'), undefined)
    })

  test('rate 0 with `sampling: {}` follows sampled callers and starts nothing', async () => {
    await using receiver = await startSpanReceiver()
    await using app = await startTestApp()
    await using sidecars = await startSidecars(
      tracing({ rate: '0', endpoint: receiver.url, extra: 'sampling: {}' }),
    )
    const b = await sidecars.start('app-b', { appPort: app.port })
    const target = '/v1.0/invoke/app-b/method/x'
    await send(b.port, 'GET', target)
    await send(b.port, 'GET', target, [PARENT])
    await b.stop()
    assert.deepEqual(
      receiver.spans.map(({ traceId }) => traceId),
      [T],
    )
    assert.match(String(app.requests[0]?.headers.traceparent), /-00$/)
  })
})

describe('spans of answers', () => {
  test('covers the whole answer, streams included', async () => {
    await using app = await startTestApp()
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const b = await sidecars.start('app-b', { appPort: app.port })
    await using stream = await openRaw(b.port)
    await stream.send('GET /v1.0/invoke/app-b/method/sse HTTP/1.1\r\nHost: x\r\n\r\n')
    await app.waitFor(() => app.streams.size === 1)
    const openedAt = performance.now()
    app.push('late')
    await eventually(() => stream.pending.includes('late'))
    const openMs = performance.now() - openedAt
    for (const response of app.streams) response.end()
    await receiver.waitFor(({ spans }) => spans.length === 1)
    assert.ok((receiver.spans[0]?.duration ?? 0) / 1000 >= openMs)
  })

  test('shows a failure on both sides', async () => {
    await using app = await startTestApp()
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const a = await sidecars.start('app-a')
    const b = await sidecars.start('app-b', { appPort: app.port })
    await send(a.port, 'GET', '/v1.0/invoke/app-b/method/status?code=503')
    await Promise.all([a.stop(), b.stop()])
    assert.deepEqual(
      receiver.spans
        .map(({ kind, tags }) => [kind, tags?.error, tags?.['otel.status_code']])
        .sort(),
      [
        ['CLIENT', 'Code(503): Service Unavailable', 'ERROR'],
        ['SERVER', 'Code(503): Service Unavailable', 'ERROR'],
      ],
    )
  })

  test('marks what broke off', async () => {
    await using app = await startTestApp()
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const b = await sidecars.start('app-b', { appPort: app.port })
    const stream = await openRaw(b.port)
    await stream.send('GET /v1.0/invoke/app-b/method/sse HTTP/1.1\r\nHost: x\r\n\r\n')
    await app.waitFor(() => app.streams.size === 1)
    await eventually(() => stream.pending.includes('200 OK'))
    await stream[Symbol.asyncDispose]()
    await receiver.waitFor(({ spans }) => spans.length === 1)
    assert.equal(receiver.spans[0]?.tags?.error, 'the client left or the answer broke off')
  })
})
