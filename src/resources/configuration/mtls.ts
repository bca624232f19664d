import type { z } from 'zod'
import { field } from '../fields.ts'

export const mtlsSection = field.section(
  {
    enabled: field.flag('Sidecars speak TLS with each other.').optional(),
    workloadCertTTL: field
      .duration('How long a certificate is valid.', { fallback: '24h' })
      .optional(),
    allowedClockSkew: field
      .duration('Difference of clocks that is borne.', { fallback: '15m' })
      .optional(),
    sentryAddress: field.text('Where the certificate authority listens.').optional(),
    controlPlaneTrustDomain: field.text('Trust domain of the control plane.').optional(),
    tokenValidators: field
      .list(
        field.section(
          {
            name: field.oneOf(['jwks'], 'Name of the validator.'),
            options: field.free('Options of the validator.').optional(),
          },
          'One validator.',
        ),
        'Further ways to prove who asks for a certificate.',
      )
      .optional(),
  },
  'Certificates of the sidecars.',
)

/** Durations are milliseconds. */
export type MtlsSpec = z.output<typeof mtlsSection>
