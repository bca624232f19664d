import assert from 'node:assert/strict'
import type { AppHandler } from '../support/app-handler.ts'
import { component, startBlockSidecar } from '../support/block-sidecar.ts'
import { eventually } from '../support/eventually.ts'
import { startTestApp } from '../support/test-app.ts'
import { tracing } from '../support/test-sidecars.ts'

const cron = (more: readonly object[] = [], schedule = '@every 1s') =>
  component('tick', 'bindings.cron', [{ name: 'schedule', value: schedule }, ...more])

interface Behaviour {
  /** Status by method. Undefined: the connection breaks. */
  options: number | undefined
  post: number
  healthz: number
}

async function open(
  components: Readonly<Record<string, string>>,
  behaviour: Partial<Behaviour> = {},
  options: { readonly flags?: readonly string[]; readonly isKeeping?: boolean } = {},
) {
  const statuses: Behaviour = { options: 200, post: 200, healthz: 200, ...behaviour }
  const handler: AppHandler = (request, response) => {
    request.resume()
    request.once('end', () => {
      const status =
        request.url === '/healthz'
          ? statuses.healthz
          : request.method === 'OPTIONS'
            ? statuses.options
            : statuses.post
      if (status === undefined) response.socket?.destroy()
      else response.writeHead(status).end()
    })
  }
  const app = await startTestApp({ handler })
  const started = await startBlockSidecar(components, {
    appPort: app.port,
    flags: options.flags ?? [],
    configuration: (endpoint) =>
      tracing(
        options.isKeeping
          ? { endpoint, rate: '0', extra: 'sampling: { keep: { errors: true } }' }
          : { endpoint },
      ),
  })
  const of = (method: string) =>
    app.requests.filter((seen) => seen.complete && seen.method === method)
  return {
    ...started,
    app,
    statuses,
    asked: () => of('OPTIONS').map(({ target }) => target),
    events: () => of('POST'),
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
    },
  }
}

describe('input bindings [dapr: pkg/runtime/processor/binding/send.go]', () => {
  test('ask the app, and call it with the metadata as headers, as a trace of its own', async () => {
    await using opened = await open({ 'b.yaml': cron() })
    await opened.app.waitFor(() => opened.events().length > 0)
    assert.deepEqual(opened.asked(), ['/tick'])
    const [event] = opened.events()
    assert.equal(event?.target, '/tick')
    assert.equal(event?.body.length, 0)
    assert.equal(event?.headers['content-type'], 'application/json')
    assert.equal(event?.headers.timezone, 'Local')
    assert.match(
      String(event?.headers.readtimeutc),
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC$/,
    )
    await opened.receiver.waitFor(({ spans }) => spans.length > 0)
    const [span] = opened.receiver.spans
    assert.equal(span?.name, 'bindings/tick')
    assert.equal(span?.kind, 'CLIENT')
    assert.equal(span?.parentId, undefined)
    assert.equal(event?.headers.traceparent, `00-${span?.traceId}-${span?.id}-01`)
    const { tags = {} } = span ?? {}
    assert.deepEqual(
      ['db.name', 'rpc.service', 'db.system', 'db.connection_string', 'dapr.component'].map(
        (key) => tags[key],
      ),
      ['tick', 'Dapr', 'bindings', 'POST /tick', 'tick'],
    )
    assert.equal(tags['sidelight.delivery.outcome'], 'success')
    await eventually(async () =>
      /dapr_component_input_binding_count\{app_id="shop",component="tick",namespace="default",success="true"\} [1-9]/.test(
        await opened.sidecar.metrics(),
      ),
    )
  })

  for (const status of [404, 500])
    test(`take ${status} to OPTIONS for no`, async () => {
      await using opened = await open({ 'b.yaml': cron() }, { options: status })
      await eventually(() =>
        opened.sidecar.log.some((line) => line.includes('not subscribed to binding tick')),
      )
      assert.deepEqual(opened.asked(), ['/tick'])
    })

  test('call the route that the component names, without asking when its direction says input', async () => {
    const metadata = [
      { name: 'route', value: '/jobs/clean?x=1' },
      { name: 'direction', value: 'Input, output' },
    ]
    await using opened = await open({ 'b.yaml': cron(metadata) }, { options: 500 })
    await opened.app.waitFor(() => opened.events().length > 0)
    assert.deepEqual(opened.asked(), [])
    assert.equal(opened.events()[0]?.target, '/jobs/clean?x=1')
  })

  test('take 405 to OPTIONS for yes, and do not ask when the direction is output', async () => {
    const other = component('other', 'bindings.cron', [{ name: 'schedule', value: '@every 1s' }])
    await using opened = await open(
      {
        'a.yaml': cron([{ name: 'direction', value: 'output' }]),
        'b.yaml': other,
      },
      { options: 405 },
    )
    await opened.app.waitFor(() => opened.events().length > 0)
    assert.equal(opened.events()[0]?.target, '/other')
    assert.deepEqual(opened.asked(), ['/other'])
  })

  test('are red when the app refuses, and kept although nothing is sampled', async () => {
    await using opened = await open({ 'b.yaml': cron() }, { post: 503 }, { isKeeping: true })
    await opened.receiver.waitFor(({ spans }) => spans.length > 0)
    const [span] = opened.receiver.spans
    assert.equal(span?.tags?.error, 'Code(503)')
    assert.equal(span?.tags?.['sidelight.delivery.outcome'], 'drop')
    assert.ok(opened.sidecar.log.some((line) => line.includes('the app has not taken an event')))
    assert.match(
      await opened.sidecar.metrics(),
      /dapr_component_input_binding_count\{[^}]*success="false"\} [1-9]/,
    )
  })

  test('ask again an app that broke off, and give up on one that does not answer in time', async () => {
    await using opened = await open({ 'b.yaml': cron() }, { options: undefined })
    await opened.app.waitFor(() => opened.asked().length === 1)
    opened.statuses.options = 200
    await opened.app.waitFor(() => opened.events().length > 0)
    assert.equal(opened.asked().length, 2)

    const silent = await startTestApp({
      handler: (_request, response, _seen, app) => void app.held.add(response),
    })
    await using started = await startBlockSidecar(
      { 'b.yaml': cron() },
      { appPort: silent.port, flags: ['--app-binding-options-timeout=50ms'] },
    )
    await eventually(() =>
      started.sidecar.log.some((line) =>
        line.includes('does not say whether it wants the events: no answer within 50 ms'),
      ),
    )
    await silent[Symbol.asyncDispose]()
  })

  test('follow components that change, go and come', async () => {
    await using opened = await open({ 'b.yaml': cron([], '@every 1h') })
    await opened.app.waitFor(() => opened.asked().length === 1)
    await opened.put('b.yaml', cron([{ name: 'route', value: 'other' }]))
    await opened.app.waitFor(() => opened.events().length > 0)
    assert.deepEqual(opened.asked(), ['/tick', '/other'])
    await opened.remove('b.yaml')
    await eventually(() => opened.sidecar.log.some((line) => line.includes('component removed')))
    await opened.put('b.yaml', cron())
    await opened.app.waitFor(() => opened.events().some(({ target }) => target === '/tick'))
  })

  test('wait for an app that is healthy, stop when it is not, and ask it again', async () => {
    await using opened = await open(
      { 'b.yaml': cron() },
      { healthz: 500 },
      {
        flags: [
          '--enable-app-health-check',
          '--app-health-probe-interval=1',
          '--app-health-threshold=1',
        ],
      },
    )
    await opened.app.waitFor(
      (seen) => seen.filter(({ target }) => target === '/healthz').length > 1,
    )
    assert.deepEqual(opened.asked(), [])
    opened.statuses.healthz = 200
    await opened.app.waitFor(() => opened.events().length > 0)
    opened.statuses.healthz = 500
    await eventually(() =>
      opened.sidecar.log.some((line) => line.includes('App entered un-healthy status')),
    )
    opened.statuses.healthz = 200
    await opened.app.waitFor(() => opened.asked().length === 2, { deadlineMs: 8000 })
  })

  test('end with the sidecar, and with an app that is gone', async () => {
    await using opened = await open({ 'b.yaml': cron() })
    await opened.app.waitFor(() => opened.events().length > 0)
    await opened.app[Symbol.asyncDispose]()
    await eventually(async () =>
      /dapr_component_input_binding_count\{[^}]*success="false"\} [1-9]/.test(
        await opened.sidecar.metrics(),
      ),
    )
    await assert.doesNotReject(opened.sidecar.stop())
  })
})
