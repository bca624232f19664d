import { count, formatAge } from '../../../base/figures.ts'
import type { Cause } from '../cause.ts'

/** A share of lost calls below this may be the app's background work, which belongs to no request. */
const LOST_SHARE = 0.1

/** What callers and the app do with the trace context. */
export const contextCauses: readonly Cause[] = [
  {
    code: 'CONTEXT_LOST',
    find({ report: { appId, context, nowUs } }) {
      const { lost, carried, lastLost } = context
      if (lost === 0) return undefined
      const last =
        lastLost === undefined
          ? ''
          : `last: ${lastLost.call}, ${formatAge(Math.max(0, nowUs - lastLost.atUs))} ago; `
      return {
        severity: lost >= LOST_SHARE * (lost + carried) ? 'error' : 'warning',
        title: `${appId} received a trace context and called on without it: ${count(lost, 'time')}`,
        detail: `${last}${carried === 0 ? 'no call has' : `${count(carried, 'call')} ${carried === 1 ? 'has' : 'have'}`} carried the context on. Each lost one begins a new trace, so traces are torn at ${appId}`,
        cure: 'start a Node app with node --import sidelight/carry; in another language, an OpenTelemetry SDK does it, or copy the headers traceparent and tracestate of the request that the app serves to every call it makes for it. Work in the background belongs to no request and may be ignored',
      }
    },
  },
  {
    code: 'CALLERS_FLAG_UNSET',
    find({ report, sampled, file }) {
      const { sampling, context, configuration } = report
      const follows = sampling.parent === undefined || sampling.parent === 'follow'
      if (!sampling.enabled || !follows || context.foreignUnsampled === 0) return undefined
      const setting = 'sampling.parent: raise'
      return {
        severity: sampled === 0 && sampling.rate > 0 ? 'error' : 'info',
        title: `calls with a trace of their own say “not sampled”: ${context.foreignUnsampled} of ${context.foreign}`,
        detail: 'a caller’s decision is followed, whatever the rate here',
        cure: `sample in the caller (its traceparent must end in -01); or set spec.tracing.${setting} in ${file} to let the rules here decide`,
        source: configuration.sources['tracing.sampling'],
      }
    },
  },
  {
    code: 'DECIDED_BY_CALLER',
    find({ report, sampled }) {
      const { decisions, context, spans } = report
      const left = decisions.parent?.unsampled ?? 0
      if (sampled > 0 || context.foreignUnsampled > 0 || left === 0 || left < spans.started)
        return undefined
      return {
        severity: 'info',
        title: `callers’ sidecars had decided not to sample: ${count(left, 'request')}, and no other came`,
        cure: 'look at what is said of the callers’ sidecars: they decide for the whole trace',
      }
    },
  },
]
