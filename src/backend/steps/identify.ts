import type { Router, Step } from '../../net/index.ts'
import type { BackendExchange, Handler } from '../exchange.ts'
import { plainText, redirect } from '../replies.ts'
import type { BackendRoute } from '../routes.ts'

const METHODS = ['GET', 'POST'] as const

/** Finds who answers. Nobody is also somebody: 404, or 405 where another method has an answer. */
export const identify = (router: Router<BackendRoute>): Step<BackendExchange> => ({
  name: 'identify',
  enter(x) {
    const { method, path } = x.request
    // The router does not mind a trailing slash; relative links in the page do.
    if (path === '/zipkin') {
      x.route = 'redirect'
      x.handle = () => redirect('/zipkin/')
      return undefined
    }
    const match = router.match(method === 'HEAD' ? 'GET' : method, path)
    if (match !== undefined) {
      x.route = match.route.name
      x.parameters = decodeAll(match.params)
      x.toReply = match.route.toReply ?? x.toReply
      x.handle = match.route.handle
    } else x.handle = nobody(router, method, path)
    return undefined
  },
})

function nobody(router: Router<BackendRoute>, method: string, path: string): Handler {
  const allowed = METHODS.filter((one) => router.match(one, path) !== undefined)
  if (allowed.length === 0 && method !== 'TRACE') return () => plainText(404, 'Not Found')
  return () => plainText(405, 'Method Not Allowed', ['Allow', allowed.join(', ')])
}

/** What does not decode stands for itself. */
function decodeAll(raw: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const decoded: Record<string, string> = {}
  for (const [name, value] of Object.entries(raw)) {
    try {
      decoded[name] = decodeURIComponent(value)
    } catch {
      decoded[name] = value
    }
  }
  return decoded
}
