import type { z } from 'zod'
import { field } from '../fields.ts'

export const secretsSection = field.section(
  {
    scopes: field
      .list(
        field.section(
          {
            storeName: field.text('Secret store; each once.'),
            defaultAccess: field
              .oneOf(['allow', 'deny'], 'For secrets that no list names.', 'allow')
              .optional(),
            allowedSecrets: field
              .list(field.text('Name of a secret.'), 'These alone can be read.')
              .optional(),
            deniedSecrets: field
              .list(field.text('Name of a secret.'), 'These cannot be read.')
              .optional(),
          },
          'One secret store.',
        ),
        'What the app may read of each secret store.',
        (scopes, report) => {
          for (const [i, { storeName }] of scopes.entries())
            if (scopes.findIndex((each) => each.storeName === storeName) < i)
              report('NAME_TWICE', 'stands here twice: join the two', i, 'storeName')
        },
      )
      .optional(),
  },
  'Which secrets the app may read.',
)

export type SecretsSpec = z.output<typeof secretsSection>
