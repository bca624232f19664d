import { settings } from '../../index.ts'

export const routerAliasSettings = {
  routes: settings.needed(
    'JSON object of paths and what they stand for: `{"/orders/{id}": "/v1.0/invoke/orders/method/get"}`. Parameters go into the query.',
  ),
} as const
