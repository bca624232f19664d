import { Fault } from '../base/fault.ts'
import { bodyCodeOf, type ErrorName, errorCodes, formatError } from '../wire/error-codes.ts'
import type { Reply } from './message.ts'

/** A fault of the API's catalogue, with its message filled in. Its `code` is the catalogue's name. */
export const apiFault = (
  name: ErrorName,
  params: Readonly<Record<string, string | number>> = {},
  cause?: unknown,
): Fault => new Fault(name, formatError(name, params), { cause })

/** Dapr's plain error body. `undefined` for what is not in the catalogue: a bug. */
export function toErrorReply(error: unknown): Reply | undefined {
  if (!(error instanceof Fault) || !(error.code in errorCodes)) return undefined
  const name = error.code as ErrorName
  return {
    status: errorCodes[name].status,
    headers: ['Content-Type', 'application/json'],
    body: JSON.stringify({ errorCode: bodyCodeOf(name), message: error.message }),
  }
}
