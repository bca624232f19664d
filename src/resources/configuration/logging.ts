import type { z } from 'zod'
import { field } from '../fields.ts'

export const loggingSection = field.section(
  {
    apiLogging: field
      .section(
        {
          enabled: field.flag('Each API call is a line of the log.', false).optional(),
          obfuscateURLs: field.flag('The route stands for the path.', false).optional(),
          omitHealthChecks: field.flag('Health checks are left out.', false).optional(),
        },
        'The log of API calls. `--enable-api-logging` wins.',
      )
      .optional(),
  },
  'What is logged.',
)

export type LoggingSpec = z.output<typeof loggingSection>
