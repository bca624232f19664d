import { messageOf } from '../../base/fault.ts'
import { apiFault, headerValue, type Request, readBody } from '../../net/index.ts'
import { NESTED_TOO_DEEP, toJsonText } from '../../wire/json-text.ts'
import { lowerKeys } from '../../wire/lower-keys.ts'
import type { SidecarExchange } from '../exchange.ts'

/** By the rules of a query, as Dapr's router does: `+` is a blank. @throws Fault `ERR_BAD_REQUEST` */
export function decodeParam(raw = ''): string {
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '))
  } catch {
    throw apiFault('ERR_BAD_REQUEST', { reason: 'a broken percent escape in the path' })
  }
}

/** `?metadata.ttlInSeconds=5` and the like. */
export function queryMetadata(query: string): Record<string, string> {
  const metadata: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(query))
    if (name.startsWith('metadata.')) metadata[name.slice('metadata.'.length)] = value
  return metadata
}

/** @throws Fault `ERR_MALFORMED_REQUEST` when the body is no JSON */
export const readJson = async (request: Request, maxBytes: number): Promise<unknown> =>
  parseJson(Buffer.from(await readBody(request, maxBytes)).toString())

/** @throws Fault `ERR_MALFORMED_REQUEST`, without a word of the text */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw malformed(text === '' ? 'the body is empty' : messageOf(error).replace(/".*"/s, '…'))
  }
}

/** The bytes of a part of what {@link parseJson} gave. @throws Fault `ERR_MALFORMED_REQUEST` */
export function jsonBytes(value: NonNullable<unknown> | null): Uint8Array {
  const text = toJsonText(value)
  if (text === undefined) throw malformed(NESTED_TOO_DEEP)
  return Buffer.from(text)
}

export const malformed = (reason: string) => apiFault('ERR_MALFORMED_REQUEST', { reason })

/** What the request brought of a context: without a span of ours it goes on as it is. */
export const contextOf = ({ request: { headers }, incoming }: SidecarExchange) => ({
  traceparent: headerValue(headers, 'traceparent') ?? '',
  tracestate: headerValue(headers, 'tracestate') ?? '',
  baggage: incoming.baggage ?? headerValue(headers, 'baggage') ?? '',
})

type Fields = Readonly<Record<string, unknown>>

/** Names of fields are matched in any case, as Go does: SDKs differ. @throws Fault `ERR_MALFORMED_REQUEST` */
export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(`${what} is an object`)
  return lowerKeys(value)
}

/** @throws Fault `ERR_MALFORMED_REQUEST` */
export function metadataOf(value: unknown, what: string): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw malformed(`${what} is an object`)
  for (const item of Object.values(value))
    if (typeof item !== 'string') throw malformed(`${what} has texts only`)
  return value as Readonly<Record<string, string>>
}
