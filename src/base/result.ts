/**
 * The outcome of reading foreign input: a value, or everything that is wrong with it.
 * Foreign input never throws; see CONTRIBUTING.md, "Errors".
 */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value })
export const err = <E>(error: E): Result<never, E> => ({ ok: false, error })
