import assert from 'node:assert/strict'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import { collectReports, createSender, type Registration } from '../../../src/net/index.ts'
import { REPORT_PATH } from '../../../src/wire/sidecar-report.ts'
import { NOW_US, sampleReport } from '../../support/sample-report.ts'
import { type AppHandler, startTestApp } from '../../support/test-app.ts'

const registered = (internalPort: number, appId = 'orders'): Registration => ({
  appId,
  namespace: 'default',
  pid: 42,
  host: '127.0.0.1',
  internalPort,
  httpPort: 3500,
  metricsPort: 0,
  appPort: 0,
  startedUs: NOW_US,
})
const answers =
  (text: string): AppHandler =>
  (_request, response) =>
    void response.end(text)

async function collect(ports: readonly Registration[], clock = createFakeClock(NOW_US)) {
  const sender = createSender({ userAgent: 'test' })
  try {
    return await collectReports(ports, sender, clock)
  } finally {
    await sender.close()
  }
}

describe('collectReports', () => {
  test('asks each sidecar at its port for peers, and keeps their order', async () => {
    const later = { ...sampleReport(), nowUs: NOW_US + 5_000_000 }
    await using one = await startTestApp({ handler: answers(JSON.stringify(sampleReport())) })
    await using two = await startTestApp({ handler: answers(JSON.stringify(later)) })
    const statuses = await collect([registered(one.port), registered(two.port)])
    assert.deepEqual(
      statuses.map((status) => ('report' in status ? status.skewUs : status.error)),
      [0, 5_000_000],
    )
    assert.deepEqual(
      one.requests.map(({ method, target }) => `${method} ${target}`),
      [`GET ${REPORT_PATH}`],
    )
  })

  test('reads a report that is larger than other answers', async () => {
    const operation = { operation: { path: 'x'.repeat(500) }, rule: 'rate', rate: 1 }
    const operations = [...Array(200)].map(() => ({ ...operation, sampled: 0, unsampled: 0 }))
    const report = sampleReport({ sampling: { operations } })
    await using app = await startTestApp({ handler: answers(JSON.stringify(report)) })
    const [status] = await collect([registered(app.port)])
    assert.ok(status !== undefined && 'report' in status)
    assert.equal(status.report.sampling.operations.length, 200)
  })

  test('says why there is no report', async () => {
    await using stranger = await startTestApp({ handler: answers('<html>') })
    await using other = await startTestApp({ handler: answers(JSON.stringify(sampleReport())) })
    const gone = await startTestApp()
    await gone[Symbol.asyncDispose]()
    const statuses = await collect([
      registered(stranger.port),
      registered(other.port, 'shop'),
      registered(gone.port),
    ])
    const errors = statuses.map((status) => ('error' in status ? status.error : 'a report'))
    assert.deepEqual(errors.slice(0, 2), [
      'the answer is no JSON',
      'the sidecar of orders answers at its port',
    ])
    assert.match(errors[2] ?? '', /ECONNREFUSED/)
  })

  test('waits for a sidecar that is stuck no longer than two seconds', async () => {
    await using app = await startTestApp({ handler: () => undefined })
    const clock = createFakeClock(NOW_US)
    const collected = collect([registered(app.port)], clock)
    await app.waitFor((requests) => requests.length === 1)
    clock.advance(2_000)
    const [status] = await collected
    assert.equal(status !== undefined && 'error' in status && status.error, 'no answer within 2 s')
  })

  test('asks nobody where nobody is registered', async () =>
    assert.deepEqual(await collect([]), []))
})
