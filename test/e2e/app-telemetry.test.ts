import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { type Sidecars, send, startSidecars, tracing } from '../support/test-sidecars.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const JSON_TYPE = 'Content-Type: application/json'

/** A message of one span, as an SDK sends it in JSON. */
const message = (span: Record<string, unknown> = {}, service?: string) =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: {
          attributes: [
            ...(service === undefined
              ? []
              : [{ key: 'service.name', value: { stringValue: service } }]),
            { key: 'host.arch', value: { stringValue: 'amd64' } },
          ],
        },
        scopeSpans: [
          {
            scope: { name: 'of-the-app', version: '1.2.3' },
            spans: [
              {
                traceId: TRACE,
                spanId: '00f067aa0ba902b7',
                name: 'Load Orders',
                kind: 2,
                startTimeUnixNano: '1760000000000000000',
                endTimeUnixNano: '1760000000012000000',
                attributes: [{ key: 'http.response.status_code', value: { intValue: '200' } }],
                status: {},
                ...span,
              },
            ],
          },
        ],
      },
    ],
  })

const sampled = (text: string, name: string): number =>
  Number(
    new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN,
  )

describe('telemetry of the app', () => {
  const announce = (port: number, body: unknown, headers: readonly string[] = []) =>
    send(port, 'PUT', '/sidelight/v1/app', [JSON_TYPE, ...headers], JSON.stringify(body))
  const post = (port: number, body: string, headers: readonly string[] = [JSON_TYPE]) =>
    send(port, 'POST', '/v1/traces', headers, body)

  async function open(configuration: string, options: Parameters<Sidecars['start']>[1] = {}) {
    const sidecars = await startSidecars(configuration)
    return { sidecars, sidecar: await sidecars.start('orders', options) }
  }

  test('takes spans by OTLP and sends them where its own go, as they came', async () => {
    await using receiver = await startSpanReceiver()
    const { sidecars, sidecar } = await open(tracing({ endpoint: receiver.url }))
    await using _ = sidecars
    assert.equal((await post(sidecar.port, message())).body.toString(), '{}')
    await receiver.waitFor(({ spans }) => spans.length === 1)
    const [span] = receiver.spans
    assert.deepEqual(
      [span?.traceId, span?.name, span?.kind, span?.duration, span?.localEndpoint?.serviceName],
      [TRACE, 'Load Orders', 'SERVER', 12_000, 'orders'],
    )
    assert.equal(span?.tags?.['otel.scope.name'], 'of-the-app')
    await post(sidecar.port, message({ spanId: '2'.repeat(16) }, 'worker'))
    await receiver.waitFor(({ spans }) => spans.length === 2)
    assert.equal(receiver.spans[1]?.localEndpoint?.serviceName, 'worker')
    const page = await sidecar.metrics()
    assert.equal(sampled(page, 'sidelight_app_spans_total{outcome="queued"}'), 2)
    // What takes spans makes none.
    assert.equal(sampled(page, 'sidelight_spans_started_total'), 0)
  })

  test('keeps types, events and links when it sends on by OTLP', async () => {
    await using receiver = await startOtlpReceiver('http')
    const { sidecars, sidecar } = await open(
      tracing({
        extra: `otel: { endpointAddress: "${receiver.address}", isSecure: false, protocol: http }`,
      }),
    )
    await using _ = sidecars
    await post(
      sidecar.port,
      message({
        attributes: [
          { key: 'count', value: { intValue: '3' } },
          { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }] } } },
        ],
        events: [{ timeUnixNano: '1760000000001000000', name: 'cached', attributes: [] }],
        links: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), attributes: [] }],
      }),
    )
    await receiver.waitFor(() => receiver.exports.length > 0)
    const [sent] = receiver.exports[0]?.request.resourceSpans ?? []
    const span = sent?.scopeSpans?.[0]?.spans?.[0]
    const text = JSON.stringify(span)
    assert.match(text, /"key":"count","value":\{"intValue":"?3/)
    assert.match(text, /"list".*arrayValue/)
    assert.match(text, /"name":"cached"/)
    assert.equal(span?.links?.length, 1)
    assert.equal(sent?.scopeSpans?.[0]?.scope?.name, 'of-the-app')
  })

  test('holds spans of unsampled requests, keeps the trace when one failed, and says so', async () => {
    await using receiver = await startSpanReceiver()
    const { sidecars, sidecar } = await open(
      tracing({
        rate: '0',
        endpoint: receiver.url,
        extra: 'sampling: { keep: { errors: true } }',
      }),
    )
    await using _ = sidecars
    const held = [JSON_TYPE, 'sidelight-held: 1']
    await post(sidecar.port, message({ spanId: '1'.repeat(16) }), held)
    assert.equal(receiver.spans.length, 0)
    await post(sidecar.port, message({ status: { code: 2, message: 'no stock' } }), held)
    await receiver.waitFor(({ spans }) => spans.length === 2)
    assert.deepEqual(
      receiver.spans.map(({ tags }) => tags?.['sidelight.sampling.rule']),
      ['keep:error', 'keep:error'],
    )
  })

  test('tells the app how to sample and nothing of where spans go, live', async () => {
    const { sidecars, sidecar } = await open(
      tracing({ rate: '0.25', endpoint: 'http://127.0.0.1:9/api/v2/spans' }),
    )
    await using _ = sidecars
    const first = await announce(sidecar.port, {})
    assert.deepEqual(JSON.parse(first.body.toString()), {
      generation: 1,
      sampling: { enabled: true, rate: 0.25, keep: false },
    })
    await sidecars.configure(tracing({ rate: '0' }))
    await sidecar.reload()
    assert.deepEqual(JSON.parse((await announce(sidecar.port, {})).body.toString()).sampling, {
      enabled: false,
      rate: 0,
      keep: false,
    })
  })

  test('has the metrics of the app on its page, marked, or none of a page that is not valid', async () => {
    let page = ''
    const app = createServer((_, res) =>
      res.setHeader('content-type', 'text/plain; version=0.0.4').end(page),
    ).listen(0, '127.0.0.1')
    await once(app, 'listening')
    const { sidecars, sidecar } = await open(tracing())
    await using _ = sidecars
    await announce(sidecar.port, { metrics: { port: (app.address() as AddressInfo).port } })
    page = [
      '# HELP orders_total Orders.',
      '# TYPE orders_total counter',
      'orders_total{source="web"} 3',
      '# TYPE lead_time summary',
      'lead_time{quantile="0.5"} 1.5',
      'lead_time_sum 3',
      'lead_time_count 2',
      '# TYPE process_cpu_seconds_total counter',
      'process_cpu_seconds_total 7',
      '# TYPE sidelight_configuration_generation counter',
      'sidelight_configuration_generation 9',
      '',
    ].join('\n')
    let text = await sidecar.metrics()
    assert.match(text, /^orders_total\{exported_source="web",source="app"\} 3$/m)
    assert.match(text, /^lead_time\{quantile="0.5",source="app"\} 1.5$/m)
    assert.match(
      text,
      /# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total \S+\nprocess_cpu_seconds_total\{source="app"\} 7\n/,
    )
    assert.doesNotMatch(text, /generation\{source="app"\}/)
    for (const bad of ['not a metric at all!', 'twice 1\ntwice 2\n']) {
      page = `ok 1\n${bad}`
      text = await sidecar.metrics()
      assert.doesNotMatch(text, /source="app"/)
    }
    text = await sidecar.metrics()
    assert.equal(sampled(text, 'sidelight_app_scrapes_total{outcome="merged"}'), 1)
    assert.ok(sampled(text, 'sidelight_app_scrapes_total{outcome="invalid"}') >= 2)
    assert.ok(sampled(text, 'sidelight_app_families_dropped_total') >= 1)
    assert.equal(
      sidecar.log.filter((line) => /metrics of the app are left out/.test(line)).length,
      1,
    )
    app.close()
    app.closeAllConnections()
    assert.match(await sidecar.metrics(), /^sidelight_configuration_generation 1$/m)
  })

  test('asks for the token, and refuses by name what it cannot read', async () => {
    const { sidecars, sidecar } = await open(tracing(), {
      env: { DAPR_API_TOKEN: 'the-secret' },
    })
    await using _ = sidecars
    const token = 'dapr-api-token: the-secret'
    assert.equal((await announce(sidecar.port, {})).status, 401)
    assert.equal((await post(sidecar.port, message())).status, 401)
    assert.equal((await announce(sidecar.port, {}, [token])).status, 200)
    const refused = async (body: string, status: number, headers = [JSON_TYPE]) => {
      const answer = await post(sidecar.port, body, [...headers, token])
      assert.equal(answer.status, status)
      return answer.body.toString()
    }
    assert.match(await refused('{', 400), /not JSON/)
    assert.match(await refused('x', 415, ['Content-Type: text/xml']), /application\/x-protobuf/)
    assert.match(await refused(message({ traceId: 'zz' }), 400), /hexadecimal/)
    // A good message, one span of which is none, and nobody who takes the others.
    assert.match(await refused(message({ traceId: '0'.repeat(32) }), 200), /rejectedSpans":"1"/)
    assert.match(await refused(message(), 200), /no exporter takes spans now/)
    for (const metrics of [{ port: 0 }, { port: 80, path: 'x' }, { port: 'a' }, 7])
      assert.equal((await announce(sidecar.port, { metrics }, [token])).status, 400)
  })

  test('leaves these paths to an app that is called by dapr-app-id', async () => {
    const app = createServer((req, res) => res.end(`app ${req.url}`)).listen(0, '127.0.0.1')
    await once(app, 'listening')
    const { sidecars, sidecar } = await open(tracing(), {
      appPort: (app.address() as AddressInfo).port,
    })
    await using _ = sidecars
    const answer = await post(sidecar.port, '{}', [JSON_TYPE, 'dapr-app-id: orders'])
    assert.equal(answer.body.toString(), 'app /v1/traces')
    app.close()
    app.closeAllConnections()
  })
})
