import { settings } from '../../index.ts'

export const cronSettings = {
  schedule: settings.needed(
    'Five or six fields (the first are the seconds), `@every 5s`, `@daily` and the like; `TZ=Europe/Berlin` before the fields: not in local time.',
  ),
} as const
