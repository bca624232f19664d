import { headerValue, type Step } from '../../net/index.ts'
import type { SidecarExchange } from '../exchange.ts'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/**
 * Cross-origin calls from browsers, only if `--allowed-origins` names any.
 * @see dapr `pkg/cors`
 */
export function cors(allowedOrigins: readonly string[]): Step<SidecarExchange> {
  const all = allowedOrigins.includes('*')
  const allowed = (x: SidecarExchange): string | undefined => {
    if (allowedOrigins.length === 0) return undefined
    const origin = headerValue(x.request.headers, 'origin')
    if (origin === undefined || !(all || allowedOrigins.includes(origin))) return undefined
    return all ? '*' : origin
  }
  return {
    name: 'cors',
    enter(x) {
      const origin = x.request.method === 'OPTIONS' ? allowed(x) : undefined
      const asked = headerValue(x.request.headers, 'access-control-request-method')
      if (origin === undefined || asked === undefined) return undefined
      const wanted = headerValue(x.request.headers, 'access-control-request-headers')
      return {
        status: 204,
        headers: [
          'Access-Control-Allow-Methods',
          METHODS,
          ...(wanted === undefined ? [] : ['Access-Control-Allow-Headers', wanted]),
        ],
      }
    },
    leave(x, reply) {
      const origin = allowed(x)
      if (origin === undefined) return undefined
      const headers = [...reply.headers, 'Access-Control-Allow-Origin', origin]
      if (origin !== '*') headers.push('Vary', 'Origin')
      return { ...reply, headers }
    },
  }
}
