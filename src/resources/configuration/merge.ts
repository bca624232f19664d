import { isRecord } from '../../wire/lower-keys.ts'
import type { SpecInput } from './schema.ts'

/** Its fields replace each other as a whole: half a `keep` of another file would surprise. */
const SHALLOW = 'tracing.sampling'

/**
 * A field that a later file sets replaces that of an earlier one; lists are replaced as a whole, as in daprd,
 * which reads one file over the other.
 */
export const mergeSpecs = (under: SpecInput, over: SpecInput): SpecInput =>
  merge(under, over, '') as SpecInput

function merge(under: unknown, over: unknown, path: string): unknown {
  if (over === undefined) return under
  if (!isRecord(under) || !isRecord(over)) return over
  const merged: Record<string, unknown> = { ...under }
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue
    merged[key] =
      path === SHALLOW ? value : merge(under[key], value, path === '' ? key : `${path}.${key}`)
  }
  return merged
}
