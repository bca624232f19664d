import { z } from 'zod'
import { described, field } from '../fields.ts'
import { accessControlSection } from './access-control.ts'
import { apiSection } from './api.ts'
import { featuresSection } from './features.ts'
import { loggingSection } from './logging.ts'
import { metricSection } from './metric.ts'
import { mtlsSection } from './mtls.ts'
import { nameResolutionSection } from './name-resolution.ts'
import { pipelineSection } from './pipeline.ts'
import { secretsSection } from './secrets.ts'
import { tracingSection } from './tracing.ts'
import { workflowSection } from './workflow.ts'

/**
 * The whole resource. Validation, the reference page and the custom resource definition are made of it.
 * Nothing is required that daprd does not need: a file that works with daprd loads.
 *
 * @see dapr `charts/dapr/crds/configuration.yaml`
 */
export const configurationSchema = field.section(
  {
    apiVersion: z
      .literal('dapr.io/v1alpha1', { error: 'only dapr.io/v1alpha1 is known' })
      .optional(),
    kind: z.literal('Configuration'),
    metadata: described(
      z.looseObject({ name: field.text('Name of the resource.').optional() }).optional(),
      { description: 'Name; the rest is passed over.' },
    ),
    spec: field
      .section(
        {
          tracing: tracingSection.optional(),
          metric: metricSection.optional(),
          metrics: described(metricSection.optional(), {
            description: 'The same; a field set here replaces that of `metric`.',
          }),
          logging: loggingSection.optional(),
          accessControl: accessControlSection.optional(),
          api: apiSection.optional(),
          secrets: secretsSection.optional(),
          httpPipeline: described(pipelineSection.optional(), {
            description: 'Handlers of requests to the sidecar’s API.',
          }),
          appHttpPipeline: described(pipelineSection.optional(), {
            description: 'Handlers of requests to the app.',
          }),
          components: field
            .section(
              {
                deny: field
                  .list(field.text('Type of a component.'), 'Types that are not loaded.')
                  .optional(),
              },
              'Which components may be loaded.',
            )
            .optional(),
          features: featuresSection.optional(),
          nameResolution: nameResolutionSection.optional(),
          mtls: mtlsSection.optional(),
          workflow: workflowSection.optional(),
          wasm: field
            .section(
              {
                strictSandbox: field.flag('WASM runs without clock and chance.', false).optional(),
              },
              'WASM components.',
            )
            .optional(),
        },
        'What this Configuration asks for.',
      )
      .optional(),
    // Written by the operator.
    status: z.unknown().optional(),
  },
  'A Configuration.',
)

export type ConfigurationInput = z.output<typeof configurationSchema>
export type SpecInput = NonNullable<ConfigurationInput['spec']>
