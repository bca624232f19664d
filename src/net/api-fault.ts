import { Fault, type FaultParams } from '../base/fault.ts'
import { bodyCodeOf, type ErrorName, errorCodes, formatError } from '../wire/error-codes.ts'
import { errorDetails } from '../wire/error-details.ts'
import type { Reply } from './message.ts'

/** A fault of the API's catalogue, with its message filled in. Its `code` is the catalogue's name. */
export const apiFault = (name: ErrorName, params: FaultParams = {}, cause?: unknown): Fault =>
  new Fault(name, formatError(name, params), { cause, params })

/** Dapr's error body, with details where it has them. `undefined` for what is not in the catalogue: a bug. */
export function toErrorReply(error: unknown, appId?: string): Reply | undefined {
  if (!(error instanceof Fault) || !(error.code in errorCodes)) return undefined
  const name = error.code as ErrorName
  const { message, params } = error
  const details = errorDetails(name, message, {
    ...params,
    ...(appId !== undefined && { appID: appId }),
  })
  return {
    status: errorCodes[name].status,
    headers: ['Content-Type', 'application/json'],
    body: JSON.stringify({ errorCode: bodyCodeOf(name), message, ...(details && { details }) }),
  }
}
