import { settings } from '../../index.ts'

export const routerCheckerSettings = {
  rule: settings.needed('Regular expression (RE2) that the path of a request has to match.'),
} as const
