import { field } from './fields.ts'

/** Where a value may stand instead of in the resource itself: in a secret, or in the environment. */
export const valueReferences = {
  secretKeyRef: field
    .section(
      {
        name: field.text('Name of the secret.'),
        key: field.text('Key in the secret. Absent: its name.').optional(),
      },
      'A secret that holds the value.',
    )
    .optional(),
  envRef: field.text('Environment variable that holds the value.').optional(),
}
