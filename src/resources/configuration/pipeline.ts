import type { z } from 'zod'
import { field } from '../fields.ts'

export const pipelineSection = field.section(
  {
    handlers: field
      .list(
        field.section(
          {
            name: field.text('Name of the component.'),
            type: field.text('Its type, for example `middleware.http.ratelimit`.'),
            version: field.text('Version of the component.', 'v1').optional(),
            selector: field
              .section(
                {
                  fields: field.list(
                    field.section(
                      {
                        field: field.text('Name of the field.'),
                        value: field.text('Value it must have.'),
                      },
                      'One field.',
                    ),
                    'All must match.',
                  ),
                },
                'When the handler is part of the chain.',
              )
              .optional(),
          },
          'One handler.',
        ),
        'In the order in which a request passes them.',
      )
      .optional(),
  },
  'Handlers of requests.',
)

export type PipelineSpec = z.output<typeof pipelineSection>
