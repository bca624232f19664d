import type { Router, Step } from '../../net/index.ts'
import type { Route, SidecarExchange } from '../exchange.ts'

/** Finds the operation. Cannot fail: an unknown path stays without a route and is an attempt to invoke. */
export const identify = (router: Router<Route>): Step<SidecarExchange> => ({
  name: 'identify',
  enter(x) {
    const found = router.match(x.request.method, x.request.path)
    if (found !== undefined) {
      x.route = found.route
      x.params = found.params
    }
    return undefined
  },
})
