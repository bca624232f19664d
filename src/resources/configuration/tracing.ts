import type { z } from 'zod'
import { field } from '../fields.ts'
import { otelSection } from './otel.ts'
import { samplingSection } from './sampling-block.ts'
import { samplingRate } from './sampling-rate.ts'
import { zipkinSection } from './zipkin.ts'

export const tracingSection = field.section(
  {
    samplingRate: samplingRate.optional(),
    stdout: field.flag('Each span is a line of the log.', false).optional(),
    componentSpans: field
      .flag('Calls of components are spans of their own, below the request’s. Ours.', true)
      .optional(),
    tap: field
      .flag('Requests may be watched live, by sidelight tap and top. Ours.', true)
      .optional(),
    zipkin: zipkinSection.optional(),
    otel: otelSection.optional(),
    sampling: samplingSection.optional(),
  },
  'Which requests are traced, and where their spans go.',
)

export type TracingInput = z.output<typeof tracingSection>
