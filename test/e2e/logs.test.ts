import assert from 'node:assert/strict'
import { type BlockSidecarOptions, component, startBlockSidecar } from '../support/block-sidecar.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-ports.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, type TestSidecar } from '../support/test-sidecars.ts'
import { openPubSubApps, TRACE_ID, TRACEPARENT } from './pubsub-fixture.ts'

interface Line {
  readonly level: string
  readonly msg: string
  readonly scope?: string
  readonly method?: string
  readonly useragent?: string
  readonly code?: number
  readonly size?: number
  readonly duration?: number
  readonly trace_id?: string
  readonly span_id?: string
  readonly trace_flags?: string
}

const JSON_LOG = ['--log-as-json']
const linesOf = ({ log }: TestSidecar, text: string): readonly Line[] =>
  log.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg.includes(text))
const idsOf = ({ trace_id, span_id, trace_flags }: Line) => [trace_id, span_id, trace_flags]

describe('a line of the log about a request', () => {
  test('names the span of a delivery that failed, as the exporter got it', async () => {
    await using opened = await openPubSubApps({
      subscribe: [
        { pubsubname: 'events', topic: 'orders', route: '/new', deadLetterTopic: 'dead' },
      ],
      answer: () => ({ status: 500 }),
      flags: JSON_LOG,
    })
    await opened.publish('planted', [TRACEPARENT])
    await opened.receiver.waitFor(() => opened.spans('pubsub/orders').length === 1)
    const [delivery] = opened.spans('pubsub/orders')
    const [line] = linesOf(opened.subscriber, 'a message was not delivered')
    assert.ok(line)
    assert.deepEqual(idsOf(line), [TRACE_ID, delivery?.id, '01'])
    assert.ok(!JSON.stringify(line).includes('planted'))
  })

  test('names the span of an event that a dead app has not taken', async () => {
    const app = await startTestApp()
    await using opened = await startBlockSidecar(
      {
        'tick.yaml': component('tick', 'bindings.cron', [{ name: 'schedule', value: '@every 1s' }]),
      },
      { appPort: app.port, flags: JSON_LOG },
    )
    await app.waitFor((requests) => requests.some(({ target }) => target === '/tick'))
    await app[Symbol.asyncDispose]()
    const line = await eventually(() => linesOf(opened.sidecar, 'has not taken an event')[0])
    await opened.receiver.waitFor(({ spans }) => spans.some(({ id }) => id === line.span_id))
    const span = opened.receiver.spans.find(({ id }) => id === line.span_id)
    assert.deepEqual([span?.name, span?.traceId], ['bindings/tick', line.trace_id])
  })

  test('has no ids where nothing is traced', async () => {
    await using opened = await open({ enabled: true }, { rate: '0' })
    await opened.call('GET', '/v1.0/metadata')
    const [line] = await opened.calls(1)
    assert.ok(line)
    assert.deepEqual(idsOf(line), [undefined, undefined, undefined])
  })

  test('says by its flags that its trace was not exported', async () => {
    await using opened = await open({ enabled: true })
    await opened.get('/v1.0/metadata', [TRACEPARENT.replace(/01$/, '00')])
    const [line] = await opened.calls(1)
    assert.deepEqual([line?.trace_id, line?.trace_flags], [TRACE_ID, '00'])
  })
})

const STATE = { 'store.yaml': component('store', 'state.in-memory') }

/** A sidecar with a Configuration that logs calls as `apiLogging` says. */
async function open(
  apiLogging: object,
  { rate = '1', ...options }: BlockSidecarOptions & { readonly rate?: string } = {},
) {
  const configuration = (endpoint: string, logging: object): string =>
    JSON.stringify({
      apiVersion: 'dapr.io/v1alpha1',
      kind: 'Configuration',
      metadata: { name: 'test' },
      spec: {
        tracing: { samplingRate: rate, zipkin: { endpointAddress: endpoint } },
        logging: { apiLogging: logging },
      },
    })
  const opened = await startBlockSidecar(STATE, {
    ...options,
    flags: [...JSON_LOG, ...(options.flags ?? [])],
    configuration: (endpoint) => configuration(endpoint, apiLogging),
  })
  const { sidecar, sidecars, receiver } = opened
  return {
    ...opened,
    get: (path: string, headers: readonly string[] = []) =>
      send(sidecar.port, 'GET', path, headers),
    async edit(logging: object) {
      await sidecars.configure(configuration(receiver.url, logging))
      await sidecar.reload()
    },
    /** A line is written when the last byte has left: a moment after the client has it. */
    calls: (count: number) =>
      eventually(() => {
        const lines = linesOf(sidecar, 'HTTP API Called')
        return lines.length >= count && lines
      }),
  }
}

describe('the log of API calls [dapr: pkg/api/http/server.go useAPILogging]', () => {
  test('has daprd’s fields and the trace', async () => {
    await using opened = await open({ enabled: true })
    await opened.get('/v1.0/metadata?q=planted', ['User-Agent: ua/1', TRACEPARENT])
    await opened.get('/v1.0/state/nowhere/k')
    const [metadata, state] = await opened.calls(2)
    assert.ok(metadata && state)
    const { level, scope, method, useragent, code, size = 0, duration } = metadata
    assert.deepEqual(
      [level, scope, method, useragent, code],
      ['info', 'dapr.runtime.http-info', 'GET /v1.0/metadata', 'ua/1', 200],
    )
    assert.ok(size > 100 && Number.isInteger(duration))
    const span = await eventually(() =>
      opened.receiver.spans.find(({ name }) => name === '/v1.0/metadata'),
    )
    assert.deepEqual(idsOf(metadata), [TRACE_ID, span.id, '01'])
    assert.deepEqual([state.code, 'useragent' in state], [400, false])
    assert.ok(!opened.sidecar.log.join().includes('planted'))
  })

  test('is switched live: on, off, without paths, without health checks', async () => {
    await using opened = await open({})
    let logged = 0
    /** Six calls, and the lines of those that are to be logged. */
    const methods = async (count: number) => {
      await opened.get('/v1.0/healthz')
      await opened.get('/v1.0/healthz/outbound')
      await opened.call('POST', '/v1.0/state/store', [{ key: 'planted-key', value: 'x' }])
      await opened.get('/v1.0/state/store/planted-key')
      await opened.get('/planted/7', ['dapr-app-id: planted-app'])
      await opened.get('/planted/8')
      const lines = await opened.calls(logged + count)
      const fresh = lines.slice(logged).map(({ method }) => method)
      logged = lines.length
      return fresh
    }
    assert.deepEqual(await methods(0), [])
    await opened.edit({ enabled: true, obfuscateURLs: true })
    assert.deepEqual(await methods(6), [
      'GET /v1.0/healthz',
      'GET /v1.0/healthz/outbound',
      'POST /v1.0/state/{store}',
      'GET /v1.0/state/{store}/{key}',
      'GET invoke',
      'GET unmatched',
    ])
    await opened.edit({ enabled: true, obfuscateURLs: true, omitHealthChecks: true })
    assert.equal((await methods(4))[0], 'POST /v1.0/state/{store}')
    assert.ok(!opened.sidecar.log.join().includes('planted'))
    await opened.edit({ enabled: true, omitHealthChecks: true })
    assert.deepEqual(await methods(4), [
      'POST /v1.0/state/store',
      // Keys may name people: they are in no line, whatever the switches say.
      'GET /v1.0/state/store/{key}',
      'GET /planted/7',
      'GET /planted/8',
    ])
    await opened.edit({ enabled: false })
    assert.deepEqual(await methods(0), [])
  })

  for (const [flag, enabled, count] of [
    ['--enable-api-logging', false, 1],
    ['--enable-api-logging=false', true, 0],
  ] as const)
    test(`obeys ${flag} before the Configuration`, async () => {
      await using opened = await open({ enabled, obfuscateURLs: true }, { flags: [flag] })
      await opened.get('/v1.0/metadata')
      assert.equal((await opened.calls(count)).length, count)
      await opened.edit({ enabled: !enabled, obfuscateURLs: true })
      await opened.edit({ enabled })
      await opened.get('/v1.0/metadata')
      assert.equal((await opened.calls(2 * count)).length, 2 * count)
    })

  test('has what was refused, and nothing of the public port', async () => {
    const publicPort = await freePort()
    await using opened = await open(
      { enabled: true },
      { flags: [`--dapr-public-port=${publicPort}`], env: { DAPR_API_TOKEN: 'planted' } },
    )
    assert.equal((await send(publicPort, 'GET', '/v1.0/healthz')).status, 204)
    await opened.get('/v1.0/metadata', ['dapr-api-token: planted-wrong'])
    assert.deepEqual(
      (await opened.calls(1)).map(({ code }) => code),
      [401],
    )
    assert.ok(!opened.sidecar.log.join().includes('planted'))
  })
})
