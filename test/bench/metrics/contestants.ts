import { Histogram, Registry } from 'prom-client'
import { createPromRegistry } from '../../../src/adapters/prom-client/index.ts'
import { createSystemClock } from '../../../src/base/clock.ts'
import { inSlices } from '../../../src/net/stream-text.ts'
import { DAPR_LATENCY_BUCKETS_MS, histogram } from '../../../src/telemetry/index.ts'
import { renderExposition } from '../../../src/wire/exposition.ts'

/** Dapr's 34 bounds, +Inf, sum and count. */
export const LINES = DAPR_LATENCY_BUCKETS_MS.length + 3
const latency = histogram('bench_latency', {
  help: 'What a bench takes.',
  labels: ['method', 'path', 'status'],
  buckets: DAPR_LATENCY_BUCKETS_MS,
})

export interface Contestant {
  readonly name: string
  /** The series of one path, held. */
  series(path: string): (value: number) => void
  /** A whole page, and how many characters it has. */
  scrape(): Promise<number>
}

const labelsOf = (path: string) => ({ method: 'GET', path, status: '200' })

const SEEN = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }

/** @param exemplars every sample is that of an exported trace */
export function ours(exemplars: boolean): Contestant {
  const clock = createSystemClock()
  const registry = createPromRegistry([latency], { clock, processMetrics: false })
  return {
    name: exemplars ? 'ours, every sample with an exemplar' : 'ours',
    series(path) {
      const series = registry.histogram(latency).with(labelsOf(path))
      return (value) => series.observe(value, exemplars ? SEEN : undefined)
    },
    async scrape() {
      const format = exemplars ? 'openmetrics' : 'text'
      let length = 0
      for await (const chunk of inSlices(
        renderExposition(await registry.families(), format),
        clock,
      ))
        length += Buffer.from(chunk).length
      return length
    },
  }
}

/** Its children held, too. */
export function promClient(): Contestant {
  const registry = new Registry()
  const metric = new Histogram({
    name: latency.name,
    help: latency.help,
    labelNames: [...latency.labels],
    buckets: [...DAPR_LATENCY_BUCKETS_MS],
    registers: [registry],
  })
  return {
    name: 'prom-client alone',
    series(path) {
      const child = metric.labels(labelsOf(path))
      return (value) => child.observe(value)
    },
    scrape: async () => Buffer.from(await registry.metrics()).length,
  }
}
