import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { OverrideEdit } from '../resources/index.ts'
import { pathLabel } from '../telemetry/index.ts'

/** Names of overrides that `tune` has made begin with this; others are left alone. */
export const TUNE_PREFIX = 'tune-'

const MAX_NAME = 63
const METHOD = /^([A-Z]{3,10})\s+(.+)$/
const RATE = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/

/**
 * Reads `checkout=100%`, `checkout/orders/*=0.5`, `GET /orders/*=1`, `*=5%`. The last `=` counts.
 *
 * @param nowMs epoch milliseconds
 */
export function parseTuneTarget(text: string, untilMs: number): Result<OverrideEdit, Problem> {
  const problem = (code: string, message: string) => err({ path: text, code, message })
  const equals = text.lastIndexOf('=')
  if (equals <= 0)
    return problem('TUNE_WITHOUT_RATE', 'a target and a rate are needed, such as checkout=100%')
  const rate = parseRate(text.slice(equals + 1).trim())
  if (rate === undefined)
    return problem('RATE_NOT_A_NUMBER', 'a rate is 0% to 100%, or a number from 0 to 1')
  const target = text.slice(0, equals).trim()
  const match = parseMatch(target)
  if (match === undefined)
    return problem(
      'TUNE_TARGET_INVALID',
      'a target is an app id (checkout), an app and a path (checkout/orders/*), a path (/orders/*), one of them behind a method (GET /orders/*), or * for all',
    )
  return ok({ name: overrideName(target), match, rate, untilMs })
}

/** The name of the override that a target has, or the name itself. */
export const overrideName = (target: string): string => {
  const slug = target.replace(/[^A-Za-z0-9._]+/g, '-').replace(/^-+|-+$/g, '')
  const name = `${TUNE_PREFIX}${slug}`
  // Targets that differ in signs only must not take each other's place.
  return slug === target && name.length <= MAX_NAME
    ? name
    : `${name.slice(0, MAX_NAME - HASH_DIGITS - 1).replace(/-$/, '')}-${hash(target)}`
}

function parseRate(text: string): number | undefined {
  const match = RATE.exec(text)
  if (match === null) return undefined
  const value = Number(match[1]) / (match[2] === '%' ? 100 : 1)
  return value <= 1 ? Number(value.toPrecision(15)) : undefined
}

function parseMatch(target: string): OverrideEdit['match'] | undefined {
  const withMethod = METHOD.exec(target)
  const method = withMethod?.[1]
  const rest = withMethod?.[2] ?? target
  if (rest === '' || /\s/.test(rest)) return undefined
  const slash = rest.indexOf('/')
  const app = slash === -1 ? rest : rest.slice(0, slash)
  const path = slash === -1 ? '' : rest.slice(slash)
  if (!/^[\w*-]*$/.test(app)) return undefined
  return {
    ...(app === '' || app === '*' ? {} : { target: app }),
    ...(method === undefined ? {} : { method }),
    // Rules see templates: ids of a path are folded there, and so here.
    ...(path === '' || path === '/*' ? {} : { path: pathLabel(path) }),
  }
}

const HASH_DIGITS = 6

/** FNV-1a. @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): string {
  let value = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text))
    value = Math.imul(value ^ byte, 0x01000193) >>> 0
  return value.toString(16).padStart(8, '0').slice(0, HASH_DIGITS)
}
