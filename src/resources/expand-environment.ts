/**
 * Replaces `${NAME}` in every string of a value. A bare `$NAME` stays: it is what regular expressions end in,
 * and daprd damages those. A name that is not set becomes the empty string, as in Go's `os.ExpandEnv`.
 */
export function expandEnvironment(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
): unknown {
  if (typeof value === 'string')
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => env[name] ?? '')
  if (Array.isArray(value)) return value.map((item) => expandEnvironment(item, env))
  if (typeof value === 'object' && value !== null && !(value instanceof Date))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, expandEnvironment(item, env)]),
    )
  return value
}
