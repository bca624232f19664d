import { malformed } from '../request-parts.ts'

/** A message of protocol buffers in JSON; names in lower case, without underscores. */
export type ProtoFields = Readonly<Record<string, unknown>>

/** Names are taken as `toolCalls` and as `tool_calls`. @throws Fault `ERR_MALFORMED_REQUEST` */
export function protoFields(value: unknown, what: string): ProtoFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(`${what} is an object`)
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.replaceAll('_', '').toLowerCase(), item]),
  )
}

const isAbsent = (value: unknown): value is undefined | null =>
  value === undefined || value === null

/** Absent: empty. @throws Fault `ERR_MALFORMED_REQUEST` */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (isAbsent(value)) return []
  if (!Array.isArray(value)) throw malformed(`${what} is a list`)
  return value
}

/** Absent: empty. @throws Fault `ERR_MALFORMED_REQUEST` */
export function textOf(value: unknown, what: string): string {
  if (isAbsent(value)) return ''
  if (typeof value !== 'string') throw malformed(`${what} is a text`)
  return value
}

/** Absent: false. @throws Fault `ERR_MALFORMED_REQUEST` */
export function flagOf(value: unknown, what: string): boolean {
  if (isAbsent(value)) return false
  if (typeof value !== 'boolean') throw malformed(`${what} is true or false`)
  return value
}
