export type Environment = Readonly<Record<string, string | undefined>>

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/**
 * Replaces `${NAME}`. A bare `$NAME` stays: it is what regular expressions end in, and daprd damages those.
 * A name that is not set becomes the empty string, as in Go's `os.ExpandEnv`.
 */
export const expandText = (text: string, env: Environment): string =>
  text.replace(REFERENCE, (_, name: string) => env[name] ?? '')

/** Names that a text refers to, each once. */
export const namesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(REFERENCE)].map(([, name]) => name as string)),
]

/** The same for every string of a value, however deep. Keys stay. */
export function expandEnvironment(value: unknown, env: Environment): unknown {
  if (typeof value === 'string') return expandText(value, env)
  if (Array.isArray(value)) return value.map((item) => expandEnvironment(item, env))
  if (typeof value === 'object' && value !== null && !(value instanceof Date))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, expandEnvironment(item, env)]),
    )
  return value
}
