import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

type Routed = IncomingMessage & {
  readonly baseUrl?: unknown
  readonly route?: { readonly path?: unknown }
}

const ofFastify = new WeakMap<object, string>()

/** Fastify tells of each request that it has found a handler for. @see fastify `docs/Reference/Hooks.md` */
export function watchFastify(): void {
  subscribe('tracing:fastify.request.handler:start', (message) => {
    const { request, route } = message as {
      readonly request?: { readonly raw?: object }
      readonly route?: { readonly url?: unknown }
    }
    if (request?.raw !== undefined && typeof route?.url === 'string')
      ofFastify.set(request.raw, route.url)
  })
}

/** The pattern that a request was served by, for example `/orders/:id`; Express leaves it on the request. */
export function routeOf(request: IncomingMessage): string | undefined {
  const { baseUrl, route } = request as Routed
  if (typeof route?.path === 'string')
    return `${typeof baseUrl === 'string' ? baseUrl : ''}${route.path}`
  return ofFastify.get(request)
}
