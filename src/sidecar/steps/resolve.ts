import { apiFault, type Step } from '../../net/index.ts'
import type { Access } from '../access.ts'
import type { SidecarExchange } from '../exchange.ts'
import { type OwnIdentity, parseInvokeTarget } from '../invoke-target.ts'

/** Says who serves an invocation, unless the Configuration closes that API. Routes with a handler serve themselves. */
export const resolve = (own: OwnIdentity, access: () => Access): Step<SidecarExchange> => ({
  name: 'resolve',
  enter(x) {
    if (x.route?.handler !== undefined) return undefined
    if (!access().mayInvoke) throw apiFault('ERR_DIRECT_INVOKE_NO_APP_ID')
    x.target ??= parseInvokeTarget(x.request, own)
    return undefined
  },
})

/** On the port for peers: only our own app is ever served. */
export const resolveOwn = (own: OwnIdentity): Step<SidecarExchange> => ({
  name: 'resolve',
  enter(x) {
    if (x.route?.handler !== undefined) return undefined
    x.target ??= parseInvokeTarget(x.request, own)
    if (x.target.kind !== 'app')
      throw apiFault('ERR_DIRECT_INVOKE', {
        id: x.target.name,
        reason: `this is the sidecar of ${own.appId}.${own.namespace}`,
      })
    return undefined
  },
})
