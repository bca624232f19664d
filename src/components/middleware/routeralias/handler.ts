import type { Router } from '../../../net/index.ts'
import type { Middleware } from '../contract.ts'
import type { Alias } from './read-aliases.ts'

/** Any path that has no alias goes on as it is. */
export const createRouterAlias = (aliases: Router<Alias>): Middleware => ({
  features: new Set(),
  handle(request) {
    const [path = '', query = ''] = split(request.target, '?')
    const found = aliases.match(request.method, path)
    if (found === undefined) return undefined
    const [to = '', own = ''] = split(found.route.to, '?')
    // They are encoded already.
    const params = Object.entries(found.params).map(([name, value]) => `${name}=${value}`)
    const all = [own, query, ...params].filter((part) => part !== '').join('&')
    return { request: { ...request, target: all === '' ? to : `${to}?${all}` } }
  },
  async [Symbol.asyncDispose]() {},
})

function split(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
