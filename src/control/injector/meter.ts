import type { Outcome } from '../../net/index.ts'
import { injectorMetrics, type MetricsRegistry } from '../../telemetry/index.ts'
import type { InjectorExchange } from './exchange.ts'
import type { Reviewed } from './review.ts'

export interface InjectorMeter {
  answered(x: InjectorExchange, outcome: Outcome, durationMs: number): void
  refusedHead(status: number): void
  requested(): void
  reviewed(reviewed: Reviewed): void
  certificateExpires(us: number): void
  bundleWritten(outcome: 'written' | 'conflict' | 'failed'): void
}

export function createInjectorMeter(registry: MetricsRegistry): InjectorMeter {
  const requests = registry.counter(injectorMetrics.requests).with({})
  const succeeded = registry.counter(injectorMetrics.succeeded)
  const failed = registry.counter(injectorMetrics.failed)
  const reviews = registry.counter(injectorMetrics.reviews)
  const findings = registry.counter(injectorMetrics.findings).with({})
  const answered = registry.counter(injectorMetrics.answered)
  const duration = registry.histogram(injectorMetrics.duration)
  const refused = registry.counter(injectorMetrics.refusedHeads)
  const expiry = registry.gauge(injectorMetrics.certificateExpiry).with({})
  const bundleWrites = registry.counter(injectorMetrics.bundleWrites)

  return {
    answered({ route }, { status }, durationMs) {
      answered.with({ route, status: String(status) }).inc()
      duration.with({ route }).observe(durationMs / 1000)
    },
    refusedHead: (status) => refused.with({ status: String(status) }).inc(),
    requested: () => requests.inc(),
    reviewed({ outcome, appId, findings: found }) {
      reviews.with({ outcome }).inc()
      if (found.length > 0) findings.inc()
      if (outcome === 'injected') succeeded.with({ app_id: appId }).inc()
      if (outcome === 'refused') failed.with({ app_id: appId, reason: 'pod_patch' }).inc()
    },
    certificateExpires: (us) => expiry.set(us / 1_000_000),
    bundleWritten: (outcome) => bundleWrites.with({ outcome }).inc(),
  }
}
