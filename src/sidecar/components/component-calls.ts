import type { Clock } from '../../base/clock.ts'
import { codeOf } from '../../base/fault.ts'
import type { Component } from '../../resources/index.ts'
import {
  attributes,
  componentMetrics,
  type MetricsRegistry,
  type Span,
  type Tracer,
} from '../../telemetry/index.ts'

/** Dapr's names of what is done to a state store. @see dapr `pkg/diagnostics/component_monitoring.go` */
export type StateOperationName = 'get' | 'set' | 'delete' | 'transaction' | 'bulk_get'

/** Calls of components: each is a span below the request's, a count and a latency. */
export interface ComponentCalls {
  state<T>(
    parent: Span | undefined,
    component: Component,
    operation: StateOperationName,
    call: () => Promise<T>,
  ): Promise<T>
}

export function createComponentCalls(parts: {
  readonly tracer: Tracer
  readonly registry: MetricsRegistry
  readonly clock: Clock
  readonly appId: string
  readonly namespace: string
}): ComponentCalls {
  const { tracer, registry, clock, appId, namespace } = parts
  const count = registry.counter(componentMetrics.stateCount)
  const latency = registry.histogram(componentMetrics.stateLatencies)

  return {
    async state(parent, component, operation, call) {
      const span = tracer.child(parent, `${operation} ${component.name}`, 'CLIENT')
      if (span !== undefined) {
        span.remoteService = component.name
        span.set(attributes.dbSystem, component.type.slice('state.'.length))
        span.set(attributes.dbOperation, operation)
        span.set(attributes.component, component.name)
      }
      const startMs = clock.elapsedMs()
      let success = true
      try {
        return await call()
      } catch (error) {
        success = false
        // Words of a store may hold a key.
        span?.fail(codeOf(error) ?? 'failed')
        throw error
      } finally {
        span?.end()
        const labels = {
          app_id: appId,
          component: component.name,
          namespace,
          operation,
          success: String(success),
        }
        count.with(labels).inc()
        latency.with(labels).observe(clock.elapsedMs() - startMs)
      }
    },
  }
}
