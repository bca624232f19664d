import type { z } from 'zod'
import { nearest } from '../base/nearest.ts'
import { isRecord } from '../wire/lower-keys.ts'
import { type Environment, expandEnvironment, expandText, namesIn } from './expand-environment.ts'
import { coreOf, isFlag, isList, isSection, isTable } from './schema-walk.ts'

export type Path = readonly (string | number)[]

/** A document's value as the schema takes it, and what was noticed on the way. */
export interface Prepared {
  /** Environment put in; no null and no unknown field in any section. */
  readonly value: unknown
  readonly unknown: readonly { readonly path: Path; readonly meant: string | undefined }[]
  /** Places that refer to variables that are not set. */
  readonly unset: readonly { readonly path: Path; readonly names: readonly string[] }[]
}

/**
 * @param env `undefined`: `${NAME}` has no meaning in this resource
 * @param anyCase names of fields are taken in any case, as Go's decoder does; else such a name is told as unknown
 */
export function prepare(
  schema: z.ZodType,
  value: unknown,
  env: Environment | undefined,
  anyCase = false,
): Prepared {
  const unknown: { path: Path; meant: string | undefined }[] = []
  const unset: { path: Path; names: readonly string[] }[] = []

  const expand = (core: z.ZodType, text: string, path: Path): unknown => {
    if (env === undefined) return text
    const missing = namesIn(text).filter((name) => env[name] === undefined)
    if (missing.length > 0) unset.push({ path, names: missing })
    const expanded = expandText(text, env)
    // daprd puts the environment in before it reads YAML, so that `${ON}` can be a boolean.
    if (isFlag(core) && expanded !== text && /^(true|false)$/.test(expanded))
      return expanded === 'true'
    return expanded
  }

  const expandAll = (at: unknown): unknown => (env === undefined ? at : expandEnvironment(at, env))
  const walk = (schemaAt: z.ZodType, at: unknown, path: Path): unknown => {
    const core = coreOf(schemaAt)
    if (typeof at === 'string') return expand(core, at, path)
    if (Array.isArray(at) && isList(core))
      return at.map((item, i) => walk(core.element, item, [...path, i]))
    if (!isMap(at)) return expandAll(at)
    if (isTable(core))
      return mapEntries(at, (key, item) => walk(core.valueType as z.ZodType, item, [...path, key]))
    if (!isSection(core)) return expandAll(at)
    const open = core.def.catchall !== undefined
    const section = anyCase ? inOwnCase(at, Object.keys(core.shape)) : at
    return mapEntries(section, (key, item) => {
      const field = Object.hasOwn(core.shape, key) ? core.shape[key] : undefined
      if (field !== undefined)
        return item === null ? undefined : walk(field as z.ZodType, item, [...path, key])
      if (open) return expandAll(item)
      unknown.push({ path: [...path, key], meant: nearest(key, Object.keys(core.shape)) })
      return undefined
    })
  }

  return { value: walk(schema, value, []), unknown, unset }
}

const inOwnCase = (
  map: Readonly<Record<string, unknown>>,
  known: readonly string[],
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      known.find((name) => name.toLowerCase() === key.toLowerCase()) ?? key,
      value,
    ]),
  )

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isRecord(value) && !(value instanceof Date)

const mapEntries = (
  map: Readonly<Record<string, unknown>>,
  change: (key: string, value: unknown) => unknown,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(map)
      .map(([key, value]) => [key, change(key, value)] as const)
      .filter(([, value]) => value !== undefined),
  )
