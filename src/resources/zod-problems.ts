import { maskCredentials } from '../base/mask-credentials.ts'
import type { Problem } from '../base/problem.ts'

/** The part of zod's issue that is needed, so that callers need not agree on its version. */
interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/**
 * A schema's issues as problems with file, line and the value seen.
 *
 * @param lineOf of the document that was checked
 */
export function toProblems(
  issues: readonly Issue[],
  value: unknown,
  file: string,
  lineOf: (path: readonly PropertyKey[]) => number,
): Problem[] {
  return issues.map((issue) => ({
    path: issue.path.length === 0 ? '(document)' : issue.path.join('.'),
    file,
    line: lineOf(issue.path),
    code: codeOfIssue(issue),
    message: issue.message,
    ...seenAt(value, issue.path),
  }))
}

/** A custom check names its code in `params`. */
const codeOfIssue = (issue: object): string =>
  'params' in issue &&
  typeof issue.params === 'object' &&
  issue.params !== null &&
  'code' in issue.params
    ? String(issue.params.code)
    : 'FIELD_INVALID'

/** Scalars only, and no credentials: a value in a message ends in logs. */
function seenAt(value: unknown, path: readonly PropertyKey[]): { seen?: string } {
  let at = value
  for (const key of path) at = (at as Record<PropertyKey, unknown> | undefined)?.[key]
  if (typeof at !== 'string' && typeof at !== 'number' && typeof at !== 'boolean') return {}
  return { seen: maskCredentials(String(at)) }
}
