import assert from 'node:assert/strict'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { createPromRegistry } from '../../../src/adapters/prom-client/index.ts'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import {
  counter,
  gauge,
  histogram,
  type MetricDefinition,
  type MetricsRegistry,
} from '../../../src/telemetry/index.ts'
import { type ExpositionFormat, renderExposition } from '../../../src/wire/exposition.ts'

const calls = counter('calls_total', { help: 'Calls.', labels: ['path', 'status'] })
const depth = gauge('depth', { help: 'Depth.', labels: ['queue'] })
const time = histogram('time_seconds', {
  help: 'Time.',
  labels: ['path'],
  buckets: [0.001, 0.5, 1, 10],
})

const open = (catalogue: readonly MetricDefinition[] = [calls, depth, time]) =>
  createPromRegistry(catalogue, { clock: createFakeClock(), processMetrics: false })
const pageOf = async (registry: MetricsRegistry, format: ExpositionFormat = 'text') =>
  [...renderExposition(await registry.families(), format)].join('')

const seen = (n: number) => ({
  traceId: n.toString(16).padStart(32, '0'),
  spanId: n.toString(16).padStart(16, '0'),
})

describe('createPromRegistry', () => {
  test('shows what prom-client itself shows of the same records', async () => {
    const ours = open()
    const registers = [new Registry()]
    const theirs = {
      calls: new Counter({
        name: 'calls_total',
        help: 'Calls.',
        labelNames: ['path', 'status'],
        registers,
      }),
      depth: new Gauge({ name: 'depth', help: 'Depth.', labelNames: ['queue'], registers }),
      time: new Histogram({
        name: 'time_seconds',
        help: 'Time.',
        labelNames: ['path'],
        buckets: [0.001, 0.5, 1, 10],
        registers,
      }),
    }
    for (let i = 0; i < 200; i++) {
      const [path, status] = [`/a"${i % 7}\\`, String(200 + (i % 3))] as const
      const value = (i % 13) ** 2 / 10
      ours.counter(calls).with({ path, status }).inc(i)
      theirs.calls.inc({ path, status }, i)
      ours.gauge(depth).with({ queue: path }).set(value)
      theirs.depth.set({ queue: path }, value)
      ours.histogram(time).with({ path }).observe(value)
      theirs.time.observe({ path }, value)
    }
    // A histogram's own label is last with us.
    const normal = (page: string): string[] =>
      page
        .replace(/\{le="([^"]+)",(.*)\} /g, '{$2,le="$1"} ')
        .split('\n')
        .filter((line) => line !== '')
    assert.deepEqual(normal(await pageOf(ours)), normal((await registers[0]?.metrics()) ?? ''))
  })

  test('keeps the latest exemplar of each bucket, and of a counter', async () => {
    const registry = open()
    const series = registry.histogram(time).with({ path: '/a' })
    series.observe(0.2, seen(1))
    series.observe(0.3, seen(2))
    series.observe(0.4)
    series.observe(99, seen(3))
    registry.counter(calls).with({ path: '/a', status: '200' }).inc(2, seen(4))
    const marks = [...(await pageOf(registry, 'openmetrics')).matchAll(/^(.*) # \{(.*)\} (.*)$/gm)]
    assert.deepEqual(
      marks.map(([, sample, labels, value]) => [sample, labels?.match(/0([1-9])"/)?.[1], value]),
      [
        ['calls_total{path="/a",status="200"} 2', '4', '2 1767225600'],
        ['time_seconds_bucket{path="/a",le="0.5"} 3', '2', '0.3 1767225600'],
        ['time_seconds_bucket{path="/a",le="+Inf"} 4', '3', '99 1767225600'],
      ],
    )
    assert.ok(!(await pageOf(registry)).includes(' # '))
  })

  test('has a counter stand at 0 from when it is held, and with it what its closed labels can be', async () => {
    const done = counter('done_total', {
      help: 'Done.',
      labels: ['store', 'success'],
      closed: { success: ['true', 'false'] },
    })
    const registry = open([calls, done])
    registry.counter(calls).with({ path: '/a', status: '200' })
    registry.counter(done).with({ store: 'a', success: 'true' }).inc(2)
    const page = await pageOf(registry)
    assert.match(page, /^calls_total\{path="\/a",status="200"\} 0$/m)
    assert.match(page, /^done_total\{store="a",success="true"\} 2$/m)
    assert.match(page, /^done_total\{store="a",success="false"\} 0$/m)
  })

  test('gives the same series to whoever asks with the same labels', async () => {
    const registry = open()
    for (const value of [1, 2])
      registry.histogram(time).with({ path: '/a' }).observe(value, seen(value))
    const page = await pageOf(registry, 'openmetrics')
    assert.match(page, /time_seconds_count\{path="\/a"\} 2/)
    assert.equal(page.match(/ # \{/g)?.length, 2)
  })

  test('shows a metric without a series, and knows none that is not declared', async () => {
    const registry = open([depth])
    assert.equal(await pageOf(registry), '# HELP depth Depth.\n# TYPE depth gauge\n')
    assert.throws(() => registry.counter(calls), /calls_total is not in this program's catalogue/)
  })

  test('shows the process beside, if asked', async () => {
    const registry = createPromRegistry([], { clock: createFakeClock(), processMetrics: true })
    const page = await pageOf(registry, 'openmetrics')
    assert.match(page, /^process_cpu_seconds_total [0-9.e-]+$/m)
    assert.match(page, /^# UNIT process_resident_memory_bytes bytes$/m)
    assert.match(page, /^nodejs_eventloop_lag_p99_seconds /m)
    assert.ok(!page.includes('nodejs_active_handles_total'))
  })
})
