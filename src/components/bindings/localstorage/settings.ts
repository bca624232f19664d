import { settings } from '../../index.ts'

export const localStorageSettings = {
  rootPath: settings.needed(
    'Directory of the files; made if it is missing. Nothing outside it is touched.',
  ),
} as const
