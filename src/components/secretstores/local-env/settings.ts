import { settings } from '../../index.ts'

export const localEnvSettings = {
  prefix: settings.text(
    'What the names of the variables begin with, and those of the secrets do not.',
  ),
} as const
