import { z } from 'zod'
import { field } from '../fields.ts'
import { resourceMetadata, resourceName } from '../resource-name.ts'
import { codeRanges } from './code-ranges.ts'

const MAX_COUNT = 2 ** 31 - 1

const retry = field.section(
  {
    policy: field.oneOf(['constant', 'exponential'], 'How the pauses grow.', 'constant').optional(),
    duration: field.pause('Pause of a constant policy.', '5s').optional(),
    maxInterval: field.pause('Longest pause of an exponential policy.', '60s').optional(),
    maxRetries: field
      .whole('Attempts after the first; -1 = for ever.', { min: -1, max: MAX_COUNT, fallback: -1 })
      .optional(),
    matching: field
      .section(
        {
          httpStatusCodes: codeRanges('Answers that are retried. Empty: all failures.', {
            from: 100,
            to: 599,
          }).optional(),
          gRPCStatusCodes: codeRanges(
            'The same for gRPC; without effect here, where calls are HTTP.',
            { from: 0, to: 16 },
          ).optional(),
        },
        'Which answers are retried.',
      )
      .optional(),
  },
  'When a failed call is made again.',
)

const circuitBreaker = field.section(
  {
    maxRequests: field
      .whole('Calls that a half-open breaker lets through.', {
        min: 0,
        max: MAX_COUNT,
        fallback: 1,
      })
      .optional(),
    interval: field.pause('How often a closed breaker forgets; 0 = never.', '0s').optional(),
    timeout: field.pause('How long it stays open.', '60s').optional(),
    trip: field
      .text('CEL over requests, totalFailures, consecutiveFailures …', 'consecutiveFailures > 5')
      .optional(),
  },
  'When calls are refused, so that the other side can recover.',
)

const names = {
  timeout: field.text('Name of a timeout.').optional(),
  retry: field.text('Name of a retry policy.').optional(),
  circuitBreaker: field.text('Name of a circuit breaker.').optional(),
}
const cacheSize = field
  .whole('Methods that have a breaker of their own at the same time.', {
    min: 0,
    max: MAX_COUNT,
    fallback: 100,
  })
  .optional()

const direction = (description: string) => field.section(names, description).optional()

/** @see dapr `charts/dapr/crds/resiliency.yaml` */
export const resiliencySchema = field.section(
  {
    apiVersion: z
      .literal('dapr.io/v1alpha1', { error: 'only dapr.io/v1alpha1 is known' })
      .optional(),
    kind: z.literal('Resiliency'),
    metadata: resourceMetadata(
      resourceName('Name of the resource, as metrics and metadata show it.'),
      'resource',
    ),
    spec: field.section(
      {
        policies: field
          .section(
            {
              timeouts: field
                .table(field.pause('Longest time.'), 'Longest time of one attempt; 0 = none.')
                .optional(),
              retries: field.table(retry, 'When a failed call is made again.').optional(),
              circuitBreakers: field
                .table(
                  circuitBreaker,
                  'When calls are refused, so that the other side can recover.',
                )
                .optional(),
            },
            'Policies by name.',
          )
          .optional(),
        targets: field
          .section(
            {
              apps: field
                .table(
                  field.section({ ...names, circuitBreakerCacheSize: cacheSize }, 'An app.'),
                  'Calls of apps, by app id.',
                )
                .optional(),
              actors: field
                .table(
                  field.section(
                    {
                      ...names,
                      circuitBreakerScope: field
                        .oneOf(['type', 'id', 'both'], 'What has a breaker of its own.')
                        .optional(),
                      circuitBreakerCacheSize: cacheSize,
                    },
                    'A type of actors.',
                  ),
                  'Read and checked; there are no actors yet.',
                )
                .optional(),
              components: field
                .table(
                  field.section(
                    {
                      inbound: direction('What comes from it to the app.'),
                      outbound: direction('Calls of it.'),
                    },
                    'A component.',
                  ),
                  'Components, by name.',
                )
                .optional(),
            },
            'What they are for.',
          )
          .optional(),
      },
      'Policies and what they are for.',
    ),
    scopes: field.list(field.text('App id.'), 'Apps that it is for. Empty: all.').optional(),
  },
  'A Resiliency.',
)

export type ResiliencyInput = z.output<typeof resiliencySchema>
