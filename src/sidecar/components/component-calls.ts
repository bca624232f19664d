import type { Clock } from '../../base/clock.ts'
import { codeOf, Fault } from '../../base/fault.ts'
import type { Component } from '../../resources/index.ts'
import {
  attributes,
  type CounterDefinition,
  componentMetrics,
  type HistogramDefinition,
  holdSeries,
  type MetricsRegistry,
  type Span,
  seenIn,
  type Tracer,
} from '../../telemetry/index.ts'
import type { GuardedCall } from '../resiliency/guard.ts'
import type { GuardSource } from '../resiliency/policies.ts'
import { type BlockName, blockOf } from './blocks.ts'

/** Calls of components: each is a span below the request's, a count and a latency. */
export interface ComponentCalls {
  /**
   * @param operation Dapr's name of what is done, for example `bulk_get`: a label of the metrics, the first word of the span's name
   * @param call is handed the span: its context may go on from there
   */
  run<T>(
    parent: Span | undefined,
    component: Component,
    operation: string,
    call: (span: Span | undefined) => Promise<T>,
  ): Promise<T>
}

/** How the calls of one block are shown. */
interface BlockCalls {
  readonly count: CounterDefinition<CallLabel>
  readonly latencies: HistogramDefinition<CallLabel>
  /** OpenTelemetry's attribute for the engine behind the component, where there is one. */
  readonly system?: string
  readonly operation?: string
}

type CallLabel = 'app_id' | 'component' | 'namespace' | 'operation' | 'success'

/** Brokers are not among them: their calls carry a topic. Nor are locks: what counts is who got one. */
const BLOCK_CALLS: Readonly<Partial<Record<BlockName, BlockCalls>>> = {
  state: {
    count: componentMetrics.stateCount,
    latencies: componentMetrics.stateLatencies,
    system: attributes.dbSystem,
    operation: attributes.dbOperation,
  },
  secretstores: {
    count: componentMetrics.secretCount,
    latencies: componentMetrics.secretLatencies,
  },
  bindings: {
    count: componentMetrics.outputBindingCount,
    latencies: componentMetrics.outputBindingLatencies,
  },
  conversation: {
    count: componentMetrics.conversationCount,
    latencies: componentMetrics.conversationLatencies,
  },
  configuration: {
    count: componentMetrics.configurationCount,
    latencies: componentMetrics.configurationLatencies,
  },
}

export function createComponentCalls(parts: {
  readonly componentTracer: Pick<Tracer, 'child'>
  readonly policies: Pick<GuardSource, 'forComponent'>
  readonly registry: MetricsRegistry
  readonly clock: Clock
  readonly appId: string
  readonly namespace: string
}): ComponentCalls {
  const { componentTracer, policies, registry, clock, appId, namespace } = parts
  const series = new Map(
    Object.entries(BLOCK_CALLS).map(([block, shown]) => [
      block,
      { shown, of: seriesOf(registry, block, { app_id: appId, namespace }, shown) },
    ]),
  )

  return {
    async run(parent, component, operation, call) {
      const block = series.get(blockOf(component.type))
      const span = componentTracer.child(parent, `${operation} ${component.name}`, 'CLIENT')
      if (span !== undefined) {
        span.remoteService = component.name
        const { system, operation: operationKey } = block?.shown ?? {}
        const [, ...driver] = component.type.split('.')
        if (system !== undefined) span.set(system, driver.join('.'))
        if (operationKey !== undefined) span.set(operationKey, operation)
        span.set(attributes.component, component.name)
      }
      const startMs = clock.elapsedMs()
      let success = true
      try {
        const guard = policies.forComponent(component, 'outbound')
        if (guard === undefined) return await call(span)
        return await guard.run(storeCall(span, () => call(span)))
      } catch (error) {
        success = false
        // Words of a store may hold a key.
        span?.fail(codeOf(error) ?? 'failed')
        throw error
      } finally {
        span?.end()
        const recorded = block?.of(operation, component.name, String(success))
        const durationMs = clock.elapsedMs() - startMs
        const seen = seenIn(span)
        recorded?.count.inc()
        recorded?.latency.observe(durationMs, seen)
        recorded?.seconds.observe(durationMs / 1_000, seen)
      }
    },
  }
}

/** The store works: it is the caller who is wrong, and stays wrong. */
const CALLERS_MISTAKES: ReadonlySet<string> = new Set([
  'STATE_ETAG_MISMATCH',
  'STATE_ETAG_INVALID',
  'STATE_OPTION_INVALID',
])

/**
 * A write of unknown outcome is retried, as in Dapr. When it had been carried out, its ETag is a mismatch the next
 * time: to say so would make the writer repeat what is done.
 */
function storeCall<T>(span: Span | undefined, call: () => Promise<T>): GuardedCall<T> {
  let isUnknown = false
  let isFinal = false
  return {
    span,
    async attempt(onAbort) {
      onAbort(() => {
        isUnknown = true
      })
      try {
        return await call()
      } catch (error) {
        const code = codeOf(error)
        isFinal = isUnknown && code === 'STATE_ETAG_MISMATCH'
        isUnknown ||= code === 'STATE_OUTCOME_UNKNOWN'
        throw isFinal
          ? new Fault('STATE_OUTCOME_UNKNOWN', 'an earlier attempt may have written it')
          : error
      }
    },
    failureOf(outcome) {
      if (outcome.ok) return undefined
      const reason = codeOf(outcome.error) ?? 'failed'
      return CALLERS_MISTAKES.has(reason) ? undefined : { reason, isFinal }
    },
  }
}

function seriesOf(
  registry: MetricsRegistry,
  block: string,
  { app_id, namespace }: { readonly app_id: string; readonly namespace: string },
  { count, latencies }: BlockCalls,
) {
  const counter = registry.counter(count)
  const histogram = registry.histogram(latencies)
  const seconds = registry.histogram(componentMetrics.callSeconds)
  return holdSeries((operation: string, component: string, success: string) => {
    // A conversation's calls have no operation: a metric takes the labels that it has.
    const labels = { app_id, component, namespace, operation, success }
    return {
      count: counter.with(labels),
      latency: histogram.with(labels),
      seconds: seconds.with({ block, component, operation, success }),
    }
  })
}
