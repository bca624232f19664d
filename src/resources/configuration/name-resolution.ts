import type { z } from 'zod'
import { field } from '../fields.ts'

export const nameResolutionSection = field.section(
  {
    component: field.text('Component that finds apps by their ids.'),
    version: field.text('Version of the component.', 'v1').optional(),
    configuration: field.free('Options of the component.').optional(),
  },
  'How apps are found.',
)

export type NameResolutionSpec = z.output<typeof nameResolutionSection>
