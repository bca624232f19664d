/**
 * The text of what was read as JSON. V8 reads any depth and writes some thousand levels only.
 *
 * @returns `undefined` when it is nested too deep to be written
 */
export function toJsonText(value: NonNullable<unknown> | null): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** Why there is no text, for an error. */
export const NESTED_TOO_DEEP = 'the JSON is nested too deep'
