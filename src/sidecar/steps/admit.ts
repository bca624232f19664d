import { apiFault, type Step } from '../../net/index.ts'
import { accessMetrics, type MetricsRegistry } from '../../telemetry/index.ts'
import type { Access } from '../access.ts'
import type { SidecarExchange } from '../exchange.ts'

/**
 * Whether a peer may call our app. What sidecars say among themselves is no call.
 *
 * @see dapr `pkg/acl/acl.go`
 */
export function admit(access: () => Access, registry: MetricsRegistry): Step<SidecarExchange> {
  // Nobody has proven who calls.
  const unverified = { app_id: '', trustDomain: '', namespace: '' }
  const allowed = registry.counter(accessMetrics.globalAllowed).with(unverified)
  const blocked = registry.counter(accessMetrics.globalBlocked).with(unverified)
  return {
    name: 'admit',
    enter(x) {
      const { target, request } = x
      if (target === undefined || access().accessControl === undefined) return undefined
      if (access().accessControl === 'allow') {
        allowed.inc()
        return undefined
      }
      blocked.inc()
      throw apiFault('ERR_DIRECT_INVOKE_DENIED', {
        id: target.name,
        operation: `/${target.method}`,
        verb: request.method,
      })
    },
  }
}
