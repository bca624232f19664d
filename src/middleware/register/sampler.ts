import { type Context, trace } from '@opentelemetry/api'
import { tracing } from '@opentelemetry/sdk-node'
import { isTraceIdSampled } from '../../telemetry/index.ts'
import { FLAG_SAMPLED } from '../../wire/traceparent.ts'
import type { Sampling } from './sidecar.ts'

const { NOT_RECORD, RECORD, RECORD_AND_SAMPLED } = tracing.SamplingDecision

/** Who has decided is followed; what nobody has decided about is sampled as the sidecar would have. */
export const createSidecarSampler = (sampling: () => Sampling): tracing.Sampler => ({
  shouldSample(context: Context, traceId: string) {
    const { enabled, rate, keep } = sampling()
    const parent = trace.getSpanContext(context)
    const isSampled =
      parent !== undefined && trace.isSpanContextValid(parent)
        ? (parent.traceFlags & FLAG_SAMPLED) !== 0
        : enabled && isTraceIdSampled(traceId, rate)
    if (isSampled) return { decision: RECORD_AND_SAMPLED }
    return { decision: keep ? RECORD : NOT_RECORD }
  },
  toString: () => 'SidecarSampler',
})
