import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { networkInterfaces } from 'node:os'
import { type Bundle, startBundle } from '../../src/local/testing/index.ts'
import { readTapLine, type TapEvent } from '../../src/wire/tap-event.ts'
import { eventually } from '../support/eventually.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'

const app: RequestListener = (req, res) => {
  res.setHeader('Content-Type', 'application/json')
  if (req.url === '/dapr/subscribe')
    res.end(JSON.stringify([{ pubsubname: 'pubsub', topic: 'orders', route: '/shipments' }]))
  else if (req.url?.startsWith('/broken')) res.writeHead(500).end()
  else res.end('{}')
}

describe('GET /sidelight/v1/tap', () => {
  let bundle: Bundle
  let stop = new AbortController()
  beforeEach(async () => {
    stop = new AbortController()
    bundle = await startBundle({
      apps: [
        { id: 'shop', listener: app },
        { id: 'shipping', listener: app },
      ],
    })
  })
  afterEach(async () => {
    stop.abort()
    await bundle.close()
  })

  /** Opens a tap; resolves when it is open. */
  async function tap(appId: string, query = '') {
    const url = bundle.apps[appId]?.url
    const answer = await fetch(`${url}/sidelight/v1/tap?${query}`, { signal: stop.signal })
    const events: TapEvent[] = []
    const lines: string[] = []
    let skipped = 0
    let isOver = false
    if (answer.status !== 200)
      return { status: answer.status, body: await answer.json(), events, lines }
    const read = async (): Promise<void> => {
      let rest = ''
      for await (const part of answer.body ?? []) {
        rest += Buffer.from(part).toString()
        const whole = rest.split('\n')
        rest = whole.pop() ?? ''
        for (const text of whole) {
          lines.push(text)
          const line = readTapLine(text)
          if (line !== undefined && 'skipped' in line) skipped += line.skipped
          else if (line !== undefined) events.push(line)
        }
      }
    }
    void read().then(
      () => {
        isOver = true
      },
      () => undefined,
    )
    await eventually(() => lines.length > 0)
    return {
      status: 200,
      body: undefined,
      events,
      lines,
      skipped: () => skipped,
      isOver: () => isOver,
    }
  }
  const invoke = (method: string) => bundle.apps.shop?.invoke(method, { app: 'shipping' })

  test('tells of each request as it ends, on either side, and of what is handed to the app', async () => {
    const out = await tap('shop', 'way=out')
    const into = await tap('shipping')
    await invoke('items/7?secret=of-the-query')
    await bundle.apps.shop?.publish('orders', { secret: 'of-the-body' })
    await eventually(() => out.events.length === 2 && into.events.length === 2)
    const told = [...out.events, ...into.events].map(
      ({ app, way, peer, api, method, path, status, failed, sampled }) =>
        [app, way, peer, api, method, path, status, failed, sampled].join(' '),
    )
    assert.deepEqual(told, [
      'shop out shipping invoke GET /items/7 200 false true',
      'shop out pubsub publish POST /v1.0/publish/pubsub/orders 204 false true',
      'shipping in shop invoke GET /items/7 200 false true',
      'shipping event pubsub subscribe POST orders success false true',
    ])
    for (const { durationUs, startUs, traceId } of [...out.events, ...into.events]) {
      assert.ok(durationUs > 0 && startUs > 0)
      assert.match(String(traceId), /^[0-9a-f]{32}$/)
    }
    assert.doesNotMatch([...out.lines, ...into.lines].join(''), /secret/)
  })

  test('tells what is selected alone', async () => {
    const failed = await tap('shop', 'failed=true&path=*broken*')
    const published = await tap('shop', 'api=publish&status=2xx&method=post&peer=pub*')
    const slow = await tap('shop', 'min-duration=1h')
    await invoke('items')
    await invoke('broken/1')
    await bundle.apps.shop?.publish('orders', 1)
    await eventually(() => failed.events.length > 0 && published.events.length > 0)
    assert.deepEqual(
      [failed, published, slow].map(({ events }) => events.map(({ status }) => status)),
      [['500'], ['204'], []],
    )
  })

  test('says what is wrong with a selector', async () => {
    const body = async (query: string) => {
      const { status, body } = await tap('shop', query)
      return [status, (body as { message: string }).message]
    }
    assert.deepEqual(await body('stats=5xx'), [
      400,
      'invalid request: no selector has this name; was status meant? There are way, peer, api, method, path, status, failed, sampled, min-duration, max',
    ])
    assert.match(String((await body('max=0'))[1]), /max is a number from 1 to 10000/)
    assert.match(String((await body('failed=maybe'))[1]), /failed: true or false/)
    assert.match(String((await body('min-duration=slow'))[1]), /min-duration: for example 100ms/)
  })

  test('leaves out what is more than was asked for, and says how many', async () => {
    const few = await tap('shop', 'max=2')
    for (let i = 0; i < 5; i++) await invoke('items')
    await eventually(() => few.skipped?.() === 3)
    assert.equal(few.events.length, 2)
    const { value } = await bundle.metrics('shop')
    assert.equal(value('sidelight_tap_events_total', { outcome: 'skipped' }), 3)
    assert.equal(value('sidelight_taps_open'), 1)
    stop.abort()
    await eventually(async () => (await bundle.metrics('shop')).value('sidelight_taps_open') === 0)
  })

  test('ends, and is refused, when a Configuration forbids it', async () => {
    const open = await tap('shop')
    await bundle.configure({ tracing: { tap: false } })
    await eventually(() => open.isOver?.())
    const { status, body } = await tap('shop')
    assert.equal(status, 403)
    assert.equal((body as { errorCode: string }).errorCode, 'ERR_TAP_OFF')
    await bundle.configure({})
    assert.equal((await tap('shop')).status, 200)
  })

  test('opens eight at a time', async () => {
    for (let i = 0; i < 8; i++) assert.equal((await tap('shop')).status, 200)
    const { status, body } = await tap('shop')
    assert.deepEqual([status, (body as { errorCode: string }).errorCode], [429, 'ERR_TAP_BUSY'])
  })
})

describe('a tap from another machine', () => {
  test('needs a token', async function () {
    const [address] = Object.values(networkInterfaces())
      .flat()
      .flatMap((each) => (each?.family === 'IPv4' && !each.internal ? each.address : []))
    if (address === undefined) return this.skip()
    await using sidecars = await startSidecars(tracing())
    const open = await sidecars.start('open', { flags: ['--dapr-listen-addresses=0.0.0.0'] })
    const guarded = await sidecars.start('guarded', {
      flags: ['--dapr-listen-addresses=0.0.0.0'],
      env: { DAPR_API_TOKEN: 'of-the-test' },
    })
    const ask = (port: number, headers: Readonly<Record<string, string>> = {}) =>
      fetch(`http://${address}:${port}/sidelight/v1/tap`, {
        headers,
        signal: AbortSignal.timeout(5_000),
      })
    const refused = await ask(open.port)
    assert.equal(refused.status, 403)
    assert.equal((await refused.json()).errorCode, 'ERR_TAP_TOKEN')
    assert.equal((await send(guarded.port, 'GET', '/sidelight/v1/tap')).status, 401)
    const allowed = await ask(guarded.port, { 'dapr-api-token': 'of-the-test' })
    assert.equal(allowed.status, 200)
    await allowed.body?.cancel()
  })
})
