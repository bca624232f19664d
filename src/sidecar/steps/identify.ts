import { headerValue, type Router, type Step } from '../../net/index.ts'
import type { Route, SidecarExchange } from '../exchange.ts'

/**
 * Finds the operation. Cannot fail: an unknown path stays without a route and is an attempt to invoke, and so is
 * a route that the Configuration closes, as in Dapr.
 */
export const identify = (
  router: Router<Route>,
  isOpen: (route: Route) => boolean = () => true,
): Step<SidecarExchange> => ({
  name: 'identify',
  enter(x) {
    const found = router.match(x.request.method, x.request.path)
    if (found !== undefined && isOpen(found.route) && !isMeantForApp(found.route, x)) {
      x.route = found.route
      x.params = found.params
    }
    return undefined
  },
})

const isMeantForApp = ({ own }: Route, { request }: SidecarExchange): boolean =>
  own === true && headerValue(request.headers, 'dapr-app-id') !== undefined
