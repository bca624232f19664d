import { codeOf, messageOf } from '../../../base/fault.ts'
import type { StateMetadata, StateStore } from '../../../components/state/index.ts'
import { apiFault, type Request, readBody } from '../../../net/index.ts'
import type { ComponentCalls } from '../../components/component-calls.ts'
import type { ComponentHost, Hosted } from '../../components/component-host.ts'
import { toStoredKey } from '../../components/state-key.ts'
import type { SidecarExchange } from '../../exchange.ts'

/** What the handlers of the state API share. */
export interface StateParts {
  readonly host: Pick<ComponentHost, 'stateStore' | 'count'>
  readonly calls: ComponentCalls
  readonly own: { readonly appId: string; readonly namespace: string }
  readonly maxBodyBytes: number
}

/** @throws Fault `ERR_STATE_STORE_NOT_CONFIGURED`, `ERR_STATE_STORE_NOT_FOUND` */
export function storeOf({ host }: StateParts, x: SidecarExchange): Hosted<StateStore> {
  const store = decodeParam(x.params.store)
  const hosted = host.stateStore(store)
  if (hosted !== undefined) return hosted
  throw apiFault(
    host.count('state') === 0 ? 'ERR_STATE_STORE_NOT_CONFIGURED' : 'ERR_STATE_STORE_NOT_FOUND',
    { store },
  )
}

export const storedKeyOf = ({ own }: StateParts, { component }: Hosted<StateStore>, key: string) =>
  toStoredKey(component, own, key)

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
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const text = Buffer.from(await readBody(request, maxBytes)).toString()
  try {
    return JSON.parse(text)
  } catch (error) {
    throw malformed(text === '' ? 'the body is empty' : messageOf(error).replace(/".*"/s, '…'))
  }
}

export const malformed = (reason: string) => apiFault('ERR_MALFORMED_REQUEST', { reason })

type Fields = Readonly<Record<string, unknown>>

/** Names of fields are matched in any case, as Go does: SDKs differ. @throws Fault `ERR_MALFORMED_REQUEST` */
export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(`${what} is an object`)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item]))
}

/** @throws Fault `ERR_MALFORMED_REQUEST` */
export function metadataOf(value: unknown, what: string): StateMetadata {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw malformed(`${what} is an object`)
  for (const item of Object.values(value))
    if (typeof item !== 'string') throw malformed(`${what} has texts only`)
  return value as StateMetadata
}

/** The three ways in which a write fails, as the API tells them. */
export function writeFault(
  kind: 'ERR_STATE_SAVE' | 'ERR_STATE_DELETE',
  params: Readonly<Record<string, string>>,
  error: unknown,
) {
  const code = codeOf(error)
  const name =
    code === 'STATE_ETAG_MISMATCH'
      ? (`${kind}_MISMATCH` as const)
      : code === 'STATE_ETAG_INVALID'
        ? (`${kind}_ETAG` as const)
        : kind
  return apiFault(name, { ...params, reason: messageOf(error) }, error)
}
