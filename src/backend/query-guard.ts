import { Fault } from '../base/fault.ts'
import type { Result } from '../base/result.ts'

/** The value, or a fault that rescue answers with 400 and the text. For parameters of a query. */
export function valid<T>(result: Result<T, string>): T {
  if (result.ok) return result.value
  throw new Fault('BAD_QUERY', result.error)
}

export function requireParameter(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name)
  if (value === null) throw new Fault('BAD_QUERY', `${name} is required`)
  return value
}
