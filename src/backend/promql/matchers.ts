import { err, ok, type Result } from '../../base/result.ts'
import { compileRegex, type UserRegex } from '../../resources/index.ts'

export type MatchOperator = '=' | '!=' | '=~' | '!~'

/** As written: `app_id=~"a|b"`. */
export interface MatcherText {
  readonly name: string
  readonly operator: MatchOperator
  readonly value: string
}

/** A missing label has the value `''`. */
export interface Matcher extends MatcherText {
  matches(value: string): boolean
}

/** The regular expressions of a query by their source, compiled. */
export type Regexes = ReadonlyMap<string, UserRegex>

/** Prometheus matches whole values, and lets a dot be a line break. */
export const compileAnchored = (source: string): Promise<Result<UserRegex, string>> =>
  compileRegex(`^(?s:${source})$`)

export function toMatcher(text: MatcherText, regexes: Regexes): Matcher {
  const { operator, value } = text
  if (operator === '=') return { ...text, matches: (seen) => seen === value }
  if (operator === '!=') return { ...text, matches: (seen) => seen !== value }
  const regex = regexes.get(value)
  if (regex === undefined) throw new Error('a regular expression was not compiled')
  const wanted = operator === '=~'
  return { ...text, matches: (seen) => regex.matches(seen) === wanted }
}

/** All of them, or the first that is none, in words. */
export async function compileRegexes(sources: Iterable<string>): Promise<Result<Regexes, string>> {
  const regexes = new Map<string, UserRegex>()
  for (const source of sources) {
    const regex = await compileAnchored(source)
    if (!regex.ok) return err(regex.error)
    regexes.set(source, regex.value)
  }
  return ok(regexes)
}
