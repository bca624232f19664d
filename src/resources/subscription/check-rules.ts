import type { Issue } from '../zod-problems.ts'
import { compileEventRule } from './event-rule.ts'
import type { SubscriptionInput } from './schema.ts'

/** Every rule that is none, at its place. */
export async function checkRules({ spec }: SubscriptionInput): Promise<Issue[]> {
  const issues: Issue[] = []
  for (const [i, { match = '' }] of (spec.routes?.rules ?? []).entries()) {
    if (match.trim() === '') continue
    const compiled = await compileEventRule(match)
    if (!compiled.ok)
      issues.push({
        path: ['spec', 'routes', 'rules', i, 'match'],
        message: compiled.error,
        params: { code: 'RULE_INVALID' },
      })
  }
  return issues
}
