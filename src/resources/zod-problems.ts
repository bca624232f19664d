import type { Problem } from '../base/problem.ts'
import { seenAt } from './seen-value.ts'

/** The part of zod's issue that is needed, so that callers need not agree on its version. */
export interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
  /** A custom check names its code here. */
  readonly params?: { readonly code?: unknown } | undefined
}

/**
 * A schema's issues as problems with file, line and the value seen.
 *
 * @param lineOf of the document that was checked
 * @param raw the value before `${NAME}` was replaced
 */
export function toProblems(
  issues: readonly Issue[],
  value: unknown,
  file: string,
  lineOf: (path: readonly PropertyKey[]) => number,
  raw: unknown = value,
): Problem[] {
  return issues.map((issue) => {
    const seen = seenAt(value, issue.path, raw)
    return {
      path: formatPath(issue.path),
      file,
      line: lineOf(issue.path),
      code: codeOfIssue(issue),
      message: issue.message,
      ...(seen === undefined ? {} : { seen }),
    }
  })
}

/** `spec.tracing.sampling.rules.0.rate`; the whole document is `(document)`. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? '(document)' : path.map(shorten).join('.')

/** A slip of the quotes can make a key of a whole file. */
const shorten = (key: PropertyKey): string =>
  String(key).length > MAX_KEY ? `${String(key).slice(0, MAX_KEY)}…` : String(key)

const MAX_KEY = 100

const codeOfIssue = ({ params }: Issue): string => String(params?.code ?? 'FIELD_INVALID')
