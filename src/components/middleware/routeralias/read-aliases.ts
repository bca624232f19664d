import { messageOf } from '../../../base/fault.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { createRouter, type Router, type RouteTemplate } from '../../../net/index.ts'

/** A path and what it stands for. */
export interface Alias extends RouteTemplate {
  readonly to: string
}

/** @returns or what is wrong with the setting, in one sentence */
export function readAliases(text: string): Result<Router<Alias>, string> {
  let routes: unknown
  try {
    routes = JSON.parse(text)
  } catch {
    return err('a JSON object of paths is needed')
  }
  if (typeof routes !== 'object' || routes === null || Array.isArray(routes))
    return err('a JSON object of paths is needed')
  const aliases: Alias[] = []
  for (const [template, to] of Object.entries(routes)) {
    if (!template.startsWith('/') || typeof to !== 'string' || !to.startsWith('/'))
      return err(`${template} and what it stands for have to begin with a slash`)
    aliases.push({ method: '*', template, to })
  }
  try {
    return ok(createRouter(aliases))
  } catch (error) {
    return err(messageOf(error))
  }
}
