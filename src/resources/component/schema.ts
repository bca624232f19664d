import { z } from 'zod'
import { err, ok } from '../../base/result.ts'
import { field } from '../fields.ts'
import { resourceMetadata, resourceName } from '../resource-name.ts'
import { valueReferences } from '../value-references.ts'

const componentType = field.readText<string>(
  'a type such as state.redis is needed',
  { description: 'Building block and driver, for example `state.redis`.', type: 'type' },
  (text) =>
    /^[a-z]+(\.[a-z0-9][a-z0-9-]*)+$/i.test(text)
      ? ok(text.toLowerCase())
      : err({ code: 'TYPE_INVALID', message: 'a type has a block and a driver: state.redis' }),
)

const metadataItem = field.section(
  {
    name: field.text('Name of the setting; matched in any case.'),
    value: field.free('The value: text, number, true or false.').optional(),
    ...valueReferences,
  },
  'One setting of the driver.',
)

/**
 * The whole resource. A version is not needed: the Components of 2020 have none.
 *
 * @see dapr `charts/dapr/crds/components.yaml`
 */
export const componentSchema = field.section(
  {
    apiVersion: z
      .literal('dapr.io/v1alpha1', { error: 'only dapr.io/v1alpha1 is known' })
      .optional(),
    kind: z.literal('Component'),
    metadata: resourceMetadata(
      resourceName('Name by which the API knows the component.'),
      'component',
    ),
    spec: field.section(
      {
        type: componentType,
        version: field.text('Version of the driver’s settings.', 'v1').optional(),
        metadata: field.list(metadataItem, 'Settings of the driver.').optional(),
        ignoreErrors: field.flag('A failed start is only logged.', false).optional(),
        initTimeout: field
          .duration('Time that the start may take.', { min: '1ms', max: '10m', fallback: '5s' })
          .optional(),
      },
      'What it is and how it is set.',
    ),
    auth: field
      .section(
        { secretStore: field.text('Component that holds the secrets.').optional() },
        'Where secrets come from.',
      )
      .optional(),
    scopes: field.list(field.text('App id.'), 'Apps that may use it. Empty: all.').optional(),
  },
  'A Component.',
)

export type ComponentInput = z.output<typeof componentSchema>
