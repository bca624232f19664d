import assert from 'node:assert/strict'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'
import { W3C_TRACE_ID, type W3cCase, w3cCases, w3cLevel2Cases } from './w3c-cases.ts'

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-0[0-3]$/

/** A service under test as the suite wants it: called with headers, it calls back with its own. */
async function startService() {
  const app = await startTestApp({ handler: (_, response) => void response.end() })
  const sidecars = await startSidecars(tracing({ rate: '1' }))
  const sidecar = await sidecars.start('service', {
    appPort: app.port,
    flags: ['--read-buffer-size=16Ki'],
  })
  return {
    async call(headers: readonly string[]) {
      app.clear()
      await send(sidecar.port, 'GET', '/v1.0/invoke/service/method/callback', headers)
      const seen = app.requests[0]?.rawHeaders ?? []
      const values = (name: string): string[] =>
        seen.filter((_, i) => i % 2 === 1 && seen[i - 1]?.toLowerCase() === name)
      return { traceparents: values('traceparent'), tracestates: values('tracestate') }
    },
    async [Symbol.asyncDispose]() {
      await sidecars[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
    },
  }
}

type Service = Awaited<ReturnType<typeof startService>>

async function holds(service: Service, { name, headers, trace, tracestate }: W3cCase) {
  const what = `${name}: ${headers.join(' | ')}`
  const { traceparents, tracestates } = await service.call(headers)
  assert.equal(traceparents.length, 1, what)
  const [, traceId, parentId] = TRACEPARENT.exec(traceparents[0] ?? '') ?? []
  assert.equal(traceId === W3C_TRACE_ID ? 'same' : 'new', trace, what)
  assert.notEqual(parentId, '1234567890123456', what)
  assert.deepEqual(tracestates, tracestate === undefined ? [] : [tracestate], what)
}

describe('the W3C trace-context suite against a sidecar', () => {
  let service: Service
  before(async () => {
    service = await startService()
  })
  after(() => service[Symbol.asyncDispose]())

  for (const name of new Set(w3cCases.map((one) => one.name)))
    test(`passes ${name} [trace-context]`, async () => {
      for (const one of w3cCases.filter((row) => row.name === name)) await holds(service, one)
    })

  test('takes @ anywhere but at the start of a tracestate key, as level 2 does and the suite does not [trace-context-2: key]', async () => {
    for (const one of w3cLevel2Cases) await holds(service, one)
  })

  test('passes test_multiple_requests_with_valid_traceparent [trace-context]', async () => {
    const headers = [`traceparent: 00-${W3C_TRACE_ID}-1234567890123456-01`]
    const seen = [
      (await service.call(headers)).traceparents[0],
      (await service.call(headers)).traceparents[0],
      (await service.call(headers)).traceparents[0],
    ]
    const ids = seen.map((value) => TRACEPARENT.exec(value ?? '') ?? [])
    assert.ok(ids.every(([, traceId]) => traceId === W3C_TRACE_ID))
    assert.equal(new Set(ids.map(([, , parentId]) => parentId)).size, 3)
  })

  test('keeps the random flag, zeroes the reserved ones [trace-context-2: other-flags]', async () => {
    for (const [sent, kept] of [
      ['02', '02'],
      ['03', '03'],
      ['ff', '03'],
      ['fc', '00'],
    ]) {
      const header = `traceparent: 00-${W3C_TRACE_ID}-1234567890123456-${sent}`
      const { traceparents } = await service.call([header])
      assert.equal(traceparents[0]?.slice(-2), kept, sent)
    }
  })
})
