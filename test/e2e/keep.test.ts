import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { KEEP_CASES, type KeepCase, SLOW_MS, startKeepChain } from '../support/keep-chain.ts'
import { type SpanReceiver, startSpanReceiver } from '../support/span-receiver.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'

const keeping = (endpoint: string, keep: string, rate = '0') =>
  tracing({ rate, endpoint, extra: `sampling: { keep: { ${keep} } }` })
const spansOf = (receiver: SpanReceiver, traceId: string) =>
  receiver.spans.filter((span) => span.traceId === traceId)

describe('keep, at rate 0', () => {
  for (const [keepCase, spans] of Object.entries(KEEP_CASES))
    test(`exports the whole trace when ${keepCase}`, async () => {
      await using receiver = await startSpanReceiver()
      // A busy machine makes good requests slow: slowness counts where it is the case.
      const isSlow = keepCase.startsWith('slow')
      const slowness = isSlow ? `, slowerThan: ${SLOW_MS / 2}ms` : ''
      await using chain = await startKeepChain(
        keeping(receiver.url, `errors: true, perSecond: 1000${slowness}`),
      )
      const good = await chain.send(keepCase as KeepCase, false)
      const bad = await chain.send(keepCase as KeepCase, true)
      await receiver.waitFor(() => spansOf(receiver, bad).length >= spans)
      assert.equal(spansOf(receiver, bad).length, spans)
      if (!isSlow) assert.equal(spansOf(receiver, good).length, 0)
      const ids = new Set(spansOf(receiver, bad).map(({ id }) => id))
      const roots = spansOf(receiver, bad).filter(({ parentId }) => !ids.has(parentId ?? ''))
      assert.equal(roots.length, 1, 'one tree')
      const reasons = spansOf(receiver, bad).map(({ tags }) => tags?.['sidelight.sampling.rule'])
      assert.ok(reasons.every((reason) => reason?.startsWith('keep:')))
      assert.match(await chain.a.metrics(), /sidelight_keep_traces_total\{reason="\w+"\} [1-9]/)
    })

  test('says in no header to apps and callers what sidecars say among themselves', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(keeping(receiver.url, 'errors: true'))
    await using app = await startTestApp()
    await sidecars.start('callee', { appPort: app.port })
    const caller = await sidecars.start('caller')
    const answer = await send(caller.port, 'GET', '/v1.0/invoke/callee/method/status?code=500', [
      'Sidelight-Release: key=00000000000000000000000000000000; port=1; kept',
    ])
    assert.equal(answer.status, 500)
    assert.doesNotMatch(answer.headers.join(), /sidelight-release/i)
    assert.equal(app.requests[0]?.headers['sidelight-release'], undefined)
    await receiver.waitFor(({ spans }) => spans.length === 2)
  })

  test('keeps no more than its budget, and counts what it had to leave', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(keeping(receiver.url, 'errors: true, perSecond: 3'))
    await using app = await startTestApp()
    const sidecar = await sidecars.start('alone', { appPort: app.port })
    for (let i = 0; i < 20; i++)
      await send(sidecar.port, 'GET', '/v1.0/invoke/alone/method/status?code=500')
    const page = await sidecar.metrics()
    const kept = Number(/keep_traces_total\{reason="error"\} (\d+)/.exec(page)?.[1])
    const missed = Number(/keep_misses_total\{reason="budget"\} (\d+)/.exec(page)?.[1])
    assert.ok(kept >= 3 && kept < 20 && kept + missed === 20, `${kept} and ${missed}`)
    await receiver.waitFor(({ spans }) => spans.length === kept)
    const { keep } = (await sidecar.metadata()).sidelight
    assert.deepEqual(keep, { kept: { error: kept }, missed: { budget: missed } })
  })

  test('keeps no client error, no client that leaves, unless it is asked to', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(keeping(receiver.url, 'errors: true'))
    await using app = await startTestApp()
    const sidecar = await sidecars.start('alone', { appPort: app.port })
    const notFound = () => send(sidecar.port, 'GET', '/v1.0/invoke/alone/method/status?code=404')
    await notFound()
    await sidecars.configure(keeping(receiver.url, 'errors: true, errorsFrom: 400'))
    await eventually(async () => {
      const { sidelight } = await sidecar.metadata()
      return sidelight.sampling.keep?.errorsFrom === 400
    })
    await notFound()
    await receiver.waitFor(({ spans }) => spans.length === 1)
    assert.match(await sidecar.metrics(), /keep_traces_total\{reason="error"\} 1/)
  })

  test('takes no word from whoever has not exchanged a call', async () => {
    await using sidecars = await startSidecars(keeping('http://127.0.0.1:9/', 'errors: true'))
    const sidecar = await sidecars.start('alone')
    const body = JSON.stringify({ traces: ['1'.repeat(32)] })
    const release = (headers: readonly string[], text = body) =>
      send(sidecar.internalPort, 'POST', '/sidelight/v1/release', headers, text)
    assert.equal((await release([])).status, 401)
    assert.equal((await release(['sidelight-release-key: guess'])).status, 401)
    assert.equal((await release([`sidelight-release-key: ${'0'.repeat(32)}`])).status, 401)
  })

  test('counts a kept trace whose callee keeps nothing', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(keeping(receiver.url, 'errors: true'))
    await using app = await startTestApp()
    await sidecars.start('callee', { appPort: app.port, configFiles: [] })
    const caller = await sidecars.start('caller')
    await send(caller.port, 'GET', '/v1.0/invoke/callee/method/status?code=503')
    assert.match(await caller.metrics(), /keep_misses_total\{reason="peer_off"\} 1/)
  })
})
