import { Fault } from '../../../base/fault.ts'
import type { Driver } from '../../index.ts'
import type { Middleware } from '../contract.ts'
import { createRouterAlias } from './handler.ts'
import { readAliases } from './read-aliases.ts'
import { routerAliasSettings } from './settings.ts'

/** @see dapr components-contrib `middleware/http/routeralias` */
export const routerAliasDriver: Driver<Middleware, typeof routerAliasSettings> = {
  type: 'middleware.http.routeralias',
  versions: ['v1'],
  doc: 'Leads paths of the user’s own to routes of the API.',
  settings: routerAliasSettings,
  async open({ routes }) {
    const aliases = readAliases(routes)
    if (!aliases.ok) throw new Fault('MIDDLEWARE_UNAVAILABLE', `routes: ${aliases.error}`)
    return createRouterAlias(aliases.value)
  },
}
