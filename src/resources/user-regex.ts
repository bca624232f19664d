import { messageOf } from '../base/fault.ts'
import { err, ok, type Result } from '../base/result.ts'

/** A regular expression that a user wrote, in RE2's syntax: no text makes it run long. */
export interface UserRegex {
  readonly source: string
  matches(text: string): boolean
  /**
   * Makes a function that replaces every match as Go's `ReplaceAllString` does: `$1`, `${1}`, `$name`,
   * `${name}` are groups, `$$` is a dollar, a group that does not exist is empty.
   *
   * @returns or what is wrong with the replacement: it refers to a group that the expression does not have
   */
  replacer(replacement: string): Result<(text: string) => string, string>
}

/** Memory and time to compile grow with the length. */
const MAX_LENGTH = 2_000

/**
 * Compiles a regular expression of a user.
 *
 * The library is loaded with the first one: it costs 16 ms, and most Configurations have none.
 *
 * @returns or what is wrong with it, in one sentence
 * @see https://github.com/google/re2/wiki/Syntax
 */
export async function compileRegex(source: string): Promise<Result<UserRegex, string>> {
  if (source.length > MAX_LENGTH)
    return err(`a regular expression has at most ${MAX_LENGTH} characters`)
  const { compileRe2 } = await import('./re2-engine.ts')
  let compiled: ReturnType<typeof compileRe2>
  try {
    compiled = compileRe2(source)
  } catch (error) {
    const cure = /\(\?(?:[=!]|<[=!])|\\[1-9]/.test(source)
      ? '; RE2 has neither look-around nor back-references'
      : ''
    return err(`not a regular expression of RE2 (${messageOf(error)})${cure}`)
  }
  const names = new Set(Object.keys(compiled.namedGroups()))
  const groups = compiled.groupCount()
  return ok({
    source,
    matches: (text) => compiled.matcher(text).find(),
    replacer(replacement) {
      const parts = readReplacement(replacement)
      for (const part of parts) {
        if (typeof part === 'string') continue
        const exists = /^\d+$/.test(part.group)
          ? Number(part.group) <= groups
          : names.has(part.group)
        if (exists) continue
        const number = /^\d+/.exec(part.group)?.[0]
        const cure =
          number !== undefined && number !== part.group
            ? `; write \${${number}}${part.group.slice(number.length)}`
            : '; write $$ for a dollar'
        return err(`the expression has no group ${JSON.stringify(part.group)}${cure}`)
      }
      return ok((text) => {
        const matcher = compiled.matcher(text)
        let out = ''
        let from = 0
        let hasMatched = false
        while (matcher.find()) {
          // Go passes over an empty match right behind another one.
          if (hasMatched && matcher.end() === from) continue
          hasMatched = true
          out += text.slice(from, matcher.start())
          for (const part of parts)
            out +=
              typeof part === 'string'
                ? part
                : (matcher.group(/^\d+$/.test(part.group) ? Number(part.group) : part.group) ?? '')
          from = matcher.end()
        }
        return out + text.slice(from)
      })
    },
  })
}

type ReplacementPart = string | { readonly group: string }

/** Go's template: the longest run of letters, digits and `_` behind `$` is the name. */
function readReplacement(text: string): ReplacementPart[] {
  const parts: ReplacementPart[] = []
  let from = 0
  for (const match of text.matchAll(/\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu)) {
    parts.push(text.slice(from, match.index))
    const [, dollar, braced, bare] = match
    parts.push(dollar === undefined ? { group: (braced ?? bare) as string } : '$')
    from = match.index + match[0].length
  }
  parts.push(text.slice(from))
  return parts
}
