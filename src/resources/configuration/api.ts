import type { z } from 'zod'
import { field } from '../fields.ts'

/** @see dapr `pkg/api/http/endpoints` EndpointGroup */
export const API_NAMES = [
  ...['invoke', 'state', 'publish', 'subscribe', 'bindings', 'secrets', 'actors', 'metadata'],
  ...['configuration', 'lock', 'unlock', 'crypto', 'subtlecrypto', 'workflows', 'healthz', 'jobs'],
  ...['shutdown', 'conversation'],
] as const

export const API_VERSIONS = [
  ...['v1', 'v1alpha1', 'v1alpha2', 'v1beta1'],
  ...['v1.0', 'v1.0-alpha1', 'v1.0-alpha2', 'v1.0-beta1'],
] as const

const rules = (description: string) =>
  field.list(
    field.section(
      {
        name: field.text('Building block: invoke, state, publish, …'),
        version: field.text('Version of the API: v1, v1alpha1, v1beta1, …'),
        protocol: field.oneOf(['http', 'grpc'], 'Protocol it holds for.').optional(),
      },
      'One API.',
    ),
    description,
  )

export const apiSection = field.section(
  {
    allowed: rules('APIs that are open; all others are not.').optional(),
    denied: rules('APIs that are closed.').optional(),
  },
  'Which APIs the sidecar offers to its app.',
)

export type ApiSpec = z.output<typeof apiSection>
