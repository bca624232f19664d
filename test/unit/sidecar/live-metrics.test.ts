import assert from 'node:assert/strict'
import { createPromRegistry } from '../../../src/adapters/prom-client/index.ts'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import { createLiveMetrics } from '../../../src/sidecar/telemetry/live-metrics.ts'
import { httpMetrics } from '../../../src/telemetry/index.ts'

const { serverRequestCount } = httpMetrics
const LABELS = { app_id: 'a', method: 'GET', path: '/x/1', status: '200' }
const rules = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    name: 'http/server/request_count',
    labels: [{ name: 'path', regex: { [`/rule-${i}`]: `^/x/\\d{1,${i + 1}}$` } }],
  }))

function open() {
  const clock = createFakeClock()
  const registry = createPromRegistry([serverRequestCount], { clock, processMetrics: false })
  const series = registry.counter(serverRequestCount).with(LABELS)
  const shown = async () => {
    const [family] = await registry.families()
    return [...(family?.series ?? [])].map(({ labels }) => labels.path)
  }
  return { metrics: createLiveMetrics(registry), series, shown }
}

describe('createLiveMetrics', () => {
  test('follows an edit under whoever holds a series', async () => {
    const { metrics, series, shown } = open()
    series.inc()
    assert.deepEqual(await shown(), ['/x/1'])
    await metrics.apply({ metric: { rules: rules(1) } })
    assert.deepEqual(await shown(), [])
    series.inc()
    assert.deepEqual(await shown(), ['/rule-0'])
    await metrics.apply({ metric: { enabled: false } })
    series.inc()
    assert.deepEqual(await shown(), [])
  })

  test('changes nothing when an edit changes nothing here', async () => {
    const { metrics, series, shown } = open()
    await metrics.apply({ metric: { rules: rules(1) } })
    series.inc()
    await metrics.apply({ metric: { rules: rules(1), recordErrorCodes: true } })
    assert.deepEqual(await shown(), ['/rule-0'])
  })

  test('stays with the last of several edits, however long the one before takes to compile', async () => {
    const { metrics, series, shown } = open()
    const slow = metrics.apply({ metric: { rules: rules(40) } })
    const last = metrics.apply({})
    await Promise.all([slow, last])
    series.inc()
    assert.deepEqual(await shown(), ['/x/1'])
    assert.deepEqual(metrics.policy().report.rules, [])
  })
})
