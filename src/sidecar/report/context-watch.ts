import type { Clock } from '../../base/clock.ts'
import type { Step } from '../../net/index.ts'
import type { ContextReport } from '../../wire/sidecar-report.ts'
import { FLAG_SAMPLED } from '../../wire/traceparent.ts'
import type { SidecarExchange } from '../exchange.ts'

/**
 * Watches both sides of the app: which traces it was handed, and what context its own calls bring. An app that
 * drops the context tears traces in two, and only its sidecar can see it.
 */
export interface ContextWatch {
  /** Calls of the app, on the API port. */
  readonly calls: Step<SidecarExchange>
  /** The app is handed a request. @returns when it has answered */
  deliver(x: SidecarExchange): () => void
  report(): ContextReport
}

export function createContextWatch(clock: Clock): ContextWatch {
  /** Traces that the app is at work on, with the number of its requests. */
  const serving = new Map<string, number>()
  let delivered = 0
  let carried = 0
  let lost = 0
  let lastLost: ContextReport['lastLost']
  let foreign = 0
  let foreignUnsampled = 0

  return {
    calls: {
      name: 'watch',
      enter(x) {
        // What our own commands and probes ask is no call of the app.
        if (x.span === undefined || x.route?.handler !== undefined) return undefined
        const { parent, decided } = x.incoming
        if (parent !== undefined) {
          if (serving.has(parent.traceId)) carried++
          else {
            foreign++
            if ((parent.flags & FLAG_SAMPLED) === 0) foreignUnsampled++
          }
        } else x.isContextLost = decided === undefined && serving.size > 0
        return undefined
      },
      done(x) {
        // Who calls an app through its own sidecar is a client, and brings no context by right.
        if (!x.isContextLost || x.target?.kind === 'app') return
        lost++
        lastLost = { atUs: clock.nowUs(), call: `${x.request.method} ${x.request.path}` }
      },
    },
    deliver({ span }) {
      if (span === undefined) return () => undefined
      const { traceId } = span.context
      delivered++
      serving.set(traceId, (serving.get(traceId) ?? 0) + 1)
      return () => {
        const left = (serving.get(traceId) ?? 1) - 1
        if (left === 0) serving.delete(traceId)
        else serving.set(traceId, left)
      }
    },
    report: () => ({ delivered, carried, lost, lastLost, foreign, foreignUnsampled }),
  }
}
