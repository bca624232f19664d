import { type MetricsRegistry, operatorMetrics } from '../../telemetry/index.ts'
import type { RolloutOutcome } from './rollouts.ts'

/** Counts what the API server answers; for the client, which is there before the operator. */
export function createApiMeter(
  registry: MetricsRegistry,
): (method: string, status: number) => void {
  const requests = registry.counter(operatorMetrics.apiRequests)
  return (method, status) => requests.with({ method, status: String(status) }).inc()
}

export function createOperatorMeter(registry: MetricsRegistry) {
  const services = {
    created: registry.counter(operatorMetrics.serviceCreated),
    updated: registry.counter(operatorMetrics.serviceUpdated),
    deleted: registry.counter(operatorMetrics.serviceDeleted),
  } as const
  const leader = registry.gauge(operatorMetrics.leader).with({})
  const streams = registry.gauge(operatorMetrics.streams).with({})
  const refused = registry.counter(operatorMetrics.streamsRefused)
  const sent = registry.counter(operatorMetrics.sent).with({})
  const fanOut = registry.histogram(operatorMetrics.fanOut).with({})
  const rollouts = registry.histogram(operatorMetrics.rollouts)
  const acknowledgements = registry.counter(operatorMetrics.acknowledgements)
  const statusWrites = registry.counter(operatorMetrics.statusWrites)
  const failures = registry.counter(operatorMetrics.failures)
  const resources = registry.gauge(operatorMetrics.resources)
  const pods = registry.gauge(operatorMetrics.pods).with({})
  const podsWithout = registry.gauge(operatorMetrics.podsWithout).with({})
  const restarts = registry.counter(operatorMetrics.watchRestarts)
  const expiry = registry.gauge(operatorMetrics.certificateExpiry).with({})
  const counts = new Map<string, number>()
  let podCount = 0
  leader.set(0)
  pods.set(0)
  streams.set(0)
  return {
    service: (what: keyof typeof services, app_id: string) => services[what].with({ app_id }).inc(),
    leads: (isLeader: boolean) => leader.set(isLeader ? 1 : 0),
    streams: (count: number) => streams.set(count),
    refused: (status: number) => refused.with({ status: String(status) }).inc(),
    sent(count: number, durationMs: number) {
      sent.inc(count)
      fanOut.observe(durationMs / 1000)
    },
    rolledOut: (kind: string, outcome: RolloutOutcome, elapsedMs: number) =>
      rollouts.with({ kind, outcome }).observe(elapsedMs / 1000),
    acknowledged: (isRejected: boolean) =>
      acknowledgements.with({ outcome: isRejected ? 'rejected' : 'applied' }).inc(),
    statusWritten: (kind: string) => statusWrites.with({ kind }).inc(),
    failed: (queue: string) => failures.with({ queue }).inc(),
    resource(kind: string, change: 1 | -1) {
      const count = (counts.get(kind) ?? 0) + change
      counts.set(kind, count)
      resources.with({ kind }).set(count)
    },
    pod(change: 1 | -1) {
      podCount += change
      pods.set(podCount)
    },
    podsWithout: (count: number) => podsWithout.set(count),
    watchRestarted: (kind: string, reason: string) => restarts.with({ kind, reason }).inc(),
    certificate: (expiresUs: number) => expiry.set(expiresUs / 1_000_000),
  }
}
