import { Fault } from '../../../base/fault.ts'
import { compileRegex } from '../../../resources/index.ts'
import type { Driver } from '../../index.ts'
import type { Middleware } from '../contract.ts'
import { createRouterChecker } from './handler.ts'
import { routerCheckerSettings } from './settings.ts'

/** @see dapr components-contrib `middleware/http/routerchecker` */
export const routerCheckerDriver: Driver<Middleware, typeof routerCheckerSettings> = {
  type: 'middleware.http.routerchecker',
  versions: ['v1'],
  doc: 'Lets those requests through whose path matches a rule; the others get a 400.',
  settings: routerCheckerSettings,
  async open({ rule }) {
    const regex = await compileRegex(rule)
    if (!regex.ok) throw new Fault('MIDDLEWARE_UNAVAILABLE', `rule: ${regex.error}`)
    return createRouterChecker(regex.value)
  },
}
