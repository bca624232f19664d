import type { z } from 'zod'
import { field } from '../fields.ts'

const INT32 = 2 ** 31 - 1
/** 0 and less mean without bound, as in Dapr. */
const bound = (description: string) =>
  field.whole(description, { min: -INT32 - 1, max: INT32 }).optional()

const limits = (description: string) =>
  field
    .list(
      field.section(
        { name: field.text('Its name.'), maxConcurrent: bound('How many run at a time.') },
        'One bound.',
      ),
      description,
    )
    .optional()

const age = (description: string) => field.duration(description).optional()

export const workflowSection = field.section(
  {
    maxConcurrentWorkflowInvocations: bound('Workflows at a time in this sidecar.'),
    maxConcurrentActivityInvocations: bound('Activities at a time in this sidecar.'),
    globalMaxConcurrentWorkflowInvocations: bound('Workflows at a time in all sidecars.'),
    globalMaxConcurrentActivityInvocations: bound('Activities at a time in all sidecars.'),
    workflowConcurrencyLimits: limits('Bounds of single workflows.'),
    activityConcurrencyLimits: limits('Bounds of single activities.'),
    stateRetentionPolicy: field
      .section(
        {
          anyTerminal: age('Of each that has ended.'),
          completed: age('Of completed ones.'),
          failed: age('Of failed ones.'),
          terminated: age('Of terminated ones.'),
        },
        'How long the state of ended workflows is kept.',
      )
      .optional(),
  },
  'Bounds of workflows.',
)

/** Durations are milliseconds. */
export type WorkflowSpec = z.output<typeof workflowSection>
