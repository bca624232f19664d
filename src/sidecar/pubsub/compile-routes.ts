import { err, ok, type Result } from '../../base/result.ts'
import { compileEventRule, type EventRule, type RouteRule } from '../../resources/index.ts'
import type { CloudEvent } from '../../wire/cloud-event.ts'

/** Where the events of a subscription go. */
export interface Routes {
  /** @returns the app's path; `undefined` when no rule takes the event; or why a rule cannot tell */
  pick(event: CloudEvent): Result<string | undefined, string>
}

/** @returns or which rule is none, and why */
export async function compileRoutes(rules: readonly RouteRule[]): Promise<Result<Routes, string>> {
  const compiled: { readonly path: string; readonly rule: EventRule | undefined }[] = []
  for (const { match, path } of rules) {
    if (match === undefined) {
      compiled.push({ path, rule: undefined })
      continue
    }
    const rule = await compileEventRule(match)
    if (!rule.ok) return err(`the rule of ${path}: ${rule.error}`)
    compiled.push({ path, rule: rule.value })
  }
  return ok({
    pick(event) {
      for (const { path, rule } of compiled) {
        const answer = rule?.matches(event) ?? ok(true)
        if (!answer.ok) return err(`the rule of ${path}: ${answer.error}`)
        if (answer.value) return ok(path)
      }
      return ok(undefined)
    },
  })
}
