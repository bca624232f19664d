import { settings } from '../../index.ts'

export const localFileSettings = {
  secretsFile: settings.needed(
    'JSON file with the secrets; a relative path is one from the working directory.',
  ),
  nestedSeparator: settings.text(
    'Stands between the names of nested objects in the name of a secret.',
    ':',
  ),
  multiValued: settings.flag(
    'Each object at the top of the file is one secret with several values.',
    false,
  ),
} as const
