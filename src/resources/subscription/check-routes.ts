import { isRecord } from '../../wire/lower-keys.ts'
import { valueAt } from '../seen-value.ts'
import type { Issue } from '../zod-problems.ts'
import { compileEventRule } from './event-rule.ts'

/** What the schema cannot say of where events go: every rule that is none, and that there is nothing at all. */
export async function checkRoutes(value: unknown): Promise<Issue[]> {
  const missing = missingRoute(value)
  const issues: Issue[] = missing === undefined ? [] : [missing]
  const rules = valueAt(value, RULES)
  if (!Array.isArray(rules)) return issues
  for (const i of rules.keys()) {
    const path = [...RULES, i, 'match']
    const match = valueAt(value, path)
    if (typeof match !== 'string' || match.trim() === '') continue
    const compiled = await compileEventRule(match)
    if (!compiled.ok)
      issues.push({ path, message: compiled.error, params: { code: 'RULE_INVALID' } })
  }
  return issues
}

const RULES = ['spec', 'routes', 'rules']

/** Each version has its own field; without one, either is taken. */
function missingRoute(value: unknown): Issue | undefined {
  const spec = valueAt(value, ['spec'])
  // What is no section is told by the schema.
  if (!isRecord(spec)) return undefined
  const { route, routes = {} } = spec
  if (!isRecord(routes)) return undefined
  const missing = (field: string, message: string): Issue => ({
    path: ['spec', field],
    message,
    params: { code: 'ROUTE_MISSING' },
  })
  const version = valueAt(value, ['apiVersion'])
  if (version === 'dapr.io/v1alpha1')
    return route ? undefined : missing('route', 'v1alpha1 needs a route: the path of the app')
  const { rules = [], default: last } = routes
  const hasRoutes = Boolean(last) || !Array.isArray(rules) || rules.length > 0
  if (hasRoutes || (version === undefined && route)) return undefined
  return missing('routes', 'v2alpha1 needs routes with rules, a default or both')
}
