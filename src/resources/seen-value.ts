import { namesIn } from './expand-environment.ts'

const SECRET_KEY = /secret|token|passw|api-?_?key|credential|authorization|cookie|private/i
/** Below these nothing is shown: values of headers, options of validators and resolvers. */
const SECRET_SECTION = new Set(['headers', 'options', 'configuration'])
/** Of a field whose name ends like a secret's but that names, counts or lists. */
const HARMLESS = new Set(['tokenValidators', 'secrets', 'allowedSecrets', 'deniedSecrets'])
const MAX_SHOWN = 200
export const MASK = '***'

/**
 * The value at a path as a message may show it: scalars only, no secrets. A value in a message ends in logs.
 *
 * @param raw as written, before `${NAME}` was replaced
 */
export function seenAt(
  value: unknown,
  path: readonly PropertyKey[],
  raw: unknown = value,
): string | undefined {
  const seen = valueAt(value, path)
  if (typeof seen !== 'string' && typeof seen !== 'number' && typeof seen !== 'boolean')
    return undefined
  const text = String(seen)
  const written = valueAt(raw, path)
  const isSecret =
    path.some((key) => SECRET_SECTION.has(String(key))) ||
    path.some((key) => !HARMLESS.has(String(key)) && SECRET_KEY.test(String(key))) ||
    (typeof written === 'string' && namesIn(written).some((name) => SECRET_KEY.test(name)))
  if (isSecret && text !== '') return MASK
  // A part of a long one could end within a password, before the sign by which it is known.
  return text.length > MAX_SHOWN ? `(${text.length} characters)` : maskUrl(text)
}

/** User and password of a URL, up to the last `@` since a password may hold `/` and `@`; and its query. */
export const maskUrl = (text: string): string =>
  text.includes('//')
    ? text.replace(/\/\/\S*@/g, `//${MASK}@`).replace(/\?\S+/g, `?${MASK}`)
    : text.includes('@')
      ? text.replace(/\S+@/g, `${MASK}@`)
      : text

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<PropertyKey, unknown>)[key]
  }
  return at
}
