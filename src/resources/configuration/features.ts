import type { z } from 'zod'
import { field } from '../fields.ts'

/** Preview features that daprd knows. */
export const FEATURE_NAMES = [
  ...['HotReload', 'WorkflowsRemoteActivityReminder', 'ActorStateTTL'],
  ...['WorkflowsClusteredDeployment', 'WorkflowHistorySigning', 'WorkflowsFastPath'],
] as const

export const featuresSection = field.list(
  field.section(
    { name: field.text('Name of the feature.'), enabled: field.flag('On or off.') },
    'One feature.',
  ),
  'Preview features of Dapr.',
)

export type FeatureSpec = z.output<typeof featuresSection>[number]
