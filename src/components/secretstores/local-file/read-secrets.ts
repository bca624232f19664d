import type { Secret } from '../contract.ts'

export interface Shape {
  readonly nestedSeparator: string
  readonly multiValued: boolean
}

type Fields = Readonly<Record<string, unknown>>

/**
 * The secrets of a file by name: `{"redis":{"password":"x"}}` is `redis:password`, or with `multiValued` the secret
 * `redis` with the key `password`.
 *
 * @returns undefined for what is no JSON object
 */
export function readSecrets(text: string, shape: Shape): ReadonlyMap<string, Secret> | undefined {
  const fields = parseFields(text)
  if (fields === undefined) return undefined
  if (shape.multiValued)
    return new Map(
      Object.entries(fields).flatMap(([name, value]) =>
        isFields(value)
          ? [[name, Object.fromEntries(flatten(value, shape))] as const]
          : typeof value === 'string'
            ? [[name, { [name]: value }] as const]
            : [],
      ),
    )
  return new Map(flatten(fields, shape).map(([name, value]) => [name, { [name]: value }]))
}

/** @returns paths of the leaves and their texts; items of an array are named by their numbers */
const flatten = (
  fields: Fields,
  shape: Shape,
  above: readonly string[] = [],
): (readonly [string, string])[] =>
  Object.entries(fields).flatMap(([name, value]) => {
    const path = [...above, name]
    return isFields(value)
      ? flatten(value, shape, path)
      : [[path.join(shape.nestedSeparator), value === null ? '' : String(value)] as const]
  })

/** The words of the parser repeat the text: they are dropped. */
function parseFields(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
