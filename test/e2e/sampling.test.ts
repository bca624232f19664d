import assert from 'node:assert/strict'
import { readOtMember } from '../../src/wire/ot-tracestate.ts'
import { eventually } from '../support/eventually.ts'
import type { RawAnswer } from '../support/raw-http.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, type TestSidecar, tracing } from '../support/test-sidecars.ts'

const T = '4bf92f3577b34da6a3ce929d0e0e4736'
const P = '00f067aa0ba902b7'

const headerOf = ({ headers }: RawAnswer, name: string): string | undefined =>
  headers.find(([each]) => each.toLowerCase() === name)?.[1]

/** Two sidecars, `caller` without an app and `callee` with one. */
async function startPair(sampling: string, rate = '0') {
  const receiver = await startSpanReceiver()
  const sidecars = await startSidecars(tracing({ rate, endpoint: receiver.url, extra: sampling }))
  const app = await startTestApp()
  const callee = await sidecars.start('callee', { appPort: app.port })
  const caller = await sidecars.start('caller')
  return {
    receiver,
    sidecars,
    app,
    caller,
    callee,
    call: (path: string, headers: readonly string[] = [], method = 'GET') =>
      send(caller.port, method, `/v1.0/invoke/callee/method${path}`, headers),
    /** Edits the Configuration and waits until both sidecars say that it is in force. */
    async configure(next: string, nextRate = rate) {
      const generationOf = async (sidecar: TestSidecar): Promise<number> =>
        (await sidecar.metadata()).sidelight.configuration.generation
      const before = await Promise.all(sidecars.all.map(generationOf))
      await sidecars.configure(tracing({ rate: nextRate, endpoint: receiver.url, extra: next }))
      for (const [i, sidecar] of sidecars.all.entries())
        await eventually(async () => (await generationOf(sidecar)) > (before[i] ?? 0))
    },
    async [Symbol.asyncDispose]() {
      await sidecars[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
      await receiver[Symbol.asyncDispose]()
    },
  }
}

describe('rules of spec.tracing.sampling', () => {
  test('decide by target, method and path template; the span and a metric say which', async () => {
    await using pair = await startPair(
      'sampling: { rules: [{ name: items, match: { target: callee, method: POST, path: "/items/{id}" }, rate: "1" }] }',
    )
    await pair.call('/items/7')
    await pair.call('/other', [], 'POST')
    await pair.call('/items/8', [], 'POST')
    await pair.receiver.waitFor(({ spans }) => spans.length === 2)
    const [root] = pair.receiver.spans.filter(({ parentId }) => parentId === undefined)
    assert.equal(root?.name, 'calllocal/callee/items/8')
    assert.equal(root?.tags?.['sidelight.sampling.rule'], 'items')
    assert.equal(root?.tags?.['sidelight.sampling.threshold'], '0')
    const child = pair.receiver.spans.find(({ parentId }) => parentId !== undefined)
    assert.equal(child?.tags?.['sidelight.sampling.rule'], undefined)
    const page = await pair.caller.metrics()
    assert.match(page, /sidelight_sampling_decisions_total\{rule="items",decision="sampled"\} 1/)
    assert.match(page, /sidelight_sampling_decisions_total\{rule="rate",decision="unsampled"\} 2/)
    assert.match(
      await pair.callee.metrics(),
      /sidelight_sampling_decisions_total\{rule="parent",decision="unsampled"\} 2/,
    )
  })

  test('match the caller on the other side, and raise what it left', async () => {
    await using pair = await startPair(
      'sampling: { parent: raise, rules: [{ name: from-caller, match: { caller: caller, target: callee }, rate: "1" }] }',
    )
    // The caller's own sidecar knows itself as the caller, too: both decide alike.
    await pair.call('/a')
    await pair.receiver.waitFor(({ spans }) => spans.length === 2)
  })

  test('report what is in force per operation, the busiest first', async () => {
    await using pair = await startPair(
      'sampling: { rules: [{ name: items, match: { path: "/items*" }, rate: "0.5" }] }',
    )
    for (const path of ['/items/1', '/items/2', '/items/3', '/x']) await pair.call(path)
    const { sampling } = (await pair.caller.metadata()).sidelight
    const [first, second] = sampling.operations
    assert.deepEqual(first?.operation, {
      path: '/items/{id}',
      target: 'callee',
      method: 'GET',
      api: 'invoke',
    })
    assert.deepEqual([first?.rule, first?.rate], ['items', 0.5])
    assert.equal((first?.sampled ?? 0) + (first?.unsampled ?? 0), 3)
    assert.deepEqual([second?.rule, second?.rate, second?.unsampled], ['rate', 0, 1])
  })

  test('leave health checks untraced by a rule of their own, which can be overridden', async () => {
    await using pair = await startPair('sampling: {}', '1')
    await send(pair.caller.port, 'GET', '/v1.0/healthz')
    await pair.call('/healthz')
    await pair.call('/a')
    await pair.receiver.waitFor(({ spans }) => spans.length === 2)
    const { decisions } = (await pair.caller.metadata()).sidelight
    assert.deepEqual(Object.keys(decisions), ['rate'])
    await pair.configure(
      'sampling: { rules: [{ name: health, match: { path: "*/healthz*" }, rate: "1" }] }',
    )
    await send(pair.caller.port, 'GET', '/v1.0/healthz')
    await pair.receiver.waitFor(({ spans }) => spans.some(({ name }) => name === '/v1.0/healthz'))
  })
})

describe('parent', () => {
  const unsampled = [`traceparent: 00-${T}-${P}-00`]

  test('follows, raises or ignores what the caller decided', async () => {
    await using pair = await startPair('sampling: { parent: follow }', '1')
    await pair.call('/followed', unsampled)
    assert.match(String(pair.app.requests[0]?.headers.traceparent), /-00$/)
    await pair.configure('sampling: { parent: raise }')
    await pair.call('/raised', unsampled)
    await pair.receiver.waitFor(({ spans }) => spans.length > 0)
    assert.ok(pair.receiver.spans.every(({ name }) => name !== 'calllocal/callee/followed'))
    await pair.configure('sampling: { parent: ignore }', '0')
    await pair.call('/ignored', [`traceparent: 00-${T}-${P}-01`])
    assert.match(String(pair.app.requests.at(-1)?.headers.traceparent), /-00$/)
  })

  test('at rate 0 without a block passes traceparent and tracestate byte for byte', async () => {
    await using pair = await startPair('stdout: false', '0')
    const sent = { traceparent: `00-${T}-${P}-03`, tracestate: 'ot=th:8,  a=1 ,,b=2' }
    await pair.call(
      '/a',
      Object.entries(sent).map(([name, value]) => `${name}: ${value}`),
    )
    const { traceparent, tracestate } = pair.app.requests[0]?.headers ?? {}
    assert.deepEqual({ traceparent, tracestate }, sent)
  })
})

describe('consistent probability [opentelemetry: tracestate-probability-sampling]', () => {
  test('tells the app and the caller R and T of a root', async () => {
    await using pair = await startPair('sampling: {}', '1')
    const answer = await pair.call('/a')
    const seen = pair.app.requests[0]?.headers
    const { rv, th } = readOtMember(String(seen?.tracestate))
    assert.match(rv ?? '', /^[0-9a-f]{14}$/)
    assert.equal(th, '0'.repeat(14))
    assert.equal(headerOf(answer, 'tracestate'), `ot=rv:${rv};th:0`)
  })

  test('adds nothing without a sampling block', async () => {
    await using pair = await startPair('stdout: false', '1')
    await pair.call('/a')
    assert.equal(pair.app.requests[0]?.headers.tracestate, undefined)
  })
})

describe('force', () => {
  test('traces this one request through all hops at rate 0, and its answer names the trace', async () => {
    await using pair = await startPair('sampling: { force: { perMinute: 1 } }')
    const answer = await pair.call('/now', ['X-Sidelight-Trace: 1'])
    await pair.receiver.waitFor(({ spans }) => spans.length === 2)
    assert.equal(headerOf(answer, 'x-sidelight-trace'), pair.receiver.spans[0]?.traceId)
    const over = await pair.call('/over', ['X-Sidelight-Trace: 1'])
    assert.equal(headerOf(over, 'x-sidelight-trace'), undefined)
    assert.match(String(pair.app.requests.at(-1)?.headers.traceparent), /-00$/)
  })

  test('takes no header that means something else', async () => {
    for (const header of ['traceparent', 'authorization', 'content-length', 'sidelight-release']) {
      await using sidecars = await startSidecars(
        tracing({ extra: `sampling: { force: { header: ${header} } }` }),
      )
      await assert.rejects(sidecars.start('caller'), /HEADER_RESERVED/)
    }
  })

  test('is off unless it is enabled', async () => {
    await using pair = await startPair('sampling: {}')
    await pair.call('/now', ['X-Sidelight-Trace: 1'])
    assert.match(String(pair.app.requests[0]?.headers.traceparent), /-00$/)
  })
})

describe('overrides', () => {
  const override = (until: Date) =>
    `sampling: { overrides: [{ name: debug, match: { target: callee }, rate: "1", until: ${until.toISOString()} }] }`

  test('show in the metadata, survive a restart, and end by themselves', async () => {
    const until = new Date(Date.now() + 3_000)
    await using pair = await startPair(override(until))
    assert.deepEqual(
      (await pair.caller.metadata()).sidelight.sampling.overrides.map(({ name, untilUs }) => [
        name,
        untilUs,
      ]),
      [['debug', until.getTime() * 1000]],
    )
    await pair.caller.stop()
    const restarted = await pair.sidecars.start('caller')
    const call = () => send(restarted.port, 'GET', '/v1.0/invoke/callee/method/a')
    await call()
    await pair.receiver.waitFor(({ spans }) => spans.length === 2)
    await eventually(async () => {
      await call()
      return /-00$/.test(String(pair.app.requests.at(-1)?.headers.traceparent))
    })
    assert.ok(Date.now() >= until.getTime())
  })
})
