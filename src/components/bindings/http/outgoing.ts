import { Fault } from '../../../base/fault.ts'
import { VERSION } from '../../../base/version.ts'
import { canBeHeader, forwardableHeaders } from '../../../net/index.ts'
import type { BindingRequest } from '../contract.ts'

/** The methods by operation. */
export const METHODS: Readonly<Record<string, string>> = {
  create: 'POST',
  get: 'GET',
  head: 'HEAD',
  post: 'POST',
  put: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  options: 'OPTIONS',
  trace: 'TRACE',
}

const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])
const JSON_TYPE = 'application/json; charset=utf-8'
const CONTEXT = ['traceparent', 'tracestate', 'baggage'] as const
/** The client's own matter. */
const OURS: ReadonlySet<string> = new Set(['host', 'content-length'])

/** Where calls go: what the component's `url` says. */
export interface Destination {
  /** For example `https://api.example:8443`. */
  readonly origin: string
  readonly url: string
  /** Of every call: credentials. Names and values in turn. */
  readonly headers: readonly string[]
}

/** @returns undefined when it is no http or https URL */
export function parseDestination(text: string): Destination | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  const credentials = `${decode(url.username)}:${decode(url.password)}`
  url.username = ''
  url.password = ''
  url.hash = ''
  return {
    origin: url.origin,
    url: url.href,
    headers:
      credentials === ':'
        ? []
        : ['Authorization', `Basic ${Buffer.from(credentials).toString('base64')}`],
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** @throws Fault `BINDING_REQUEST_INVALID` */
export function toOutgoing(
  destination: Destination,
  { operation, data, metadata }: BindingRequest,
) {
  const method = METHODS[operation] as string
  const hasBody = WITH_BODY.has(method)
  return {
    method,
    target: targetOf(destination, metadata.path ?? ''),
    headers: headersOf(destination, metadata, hasBody),
    body: hasBody ? data : undefined,
  }
}

/** The metadata `path` is added to the URL's path, with its query. An app reaches what lies below the URL, and no more. */
function targetOf({ url }: Destination, path: string): string {
  const base = `${url.replace(/\/+$/, '')}/`
  const text = path === '' ? url : base + path.replace(/^\/+/, '')
  if (!URL.canParse(text)) throw invalid('the path cannot be sent')
  const { href, pathname, search } = new URL(text)
  if (path !== '' && !href.startsWith(base)) throw invalid('the path leads out of the URL')
  return pathname + search
}

/** Metadata whose name begins with a capital letter are headers. The context of the call is nobody else's. */
function headersOf(
  { headers: credentials }: Destination,
  metadata: BindingRequest['metadata'],
  hasBody: boolean,
): string[] {
  const headers = new Map<string, readonly [name: string, value: string]>()
  const set = (name: string, value: string): void => {
    if (!canBeHeader(name, value)) throw invalid('an entry of the metadata cannot be a header')
    headers.set(name.toLowerCase(), [name, value])
  }
  if (hasBody) set('Content-Type', JSON_TYPE)
  set('Accept', JSON_TYPE)
  set('User-Agent', `sidelight/${VERSION}`)
  for (let i = 0; i < credentials.length; i += 2)
    set(credentials[i] as string, credentials[i + 1] as string)
  for (const [name, value] of Object.entries(metadata)) if (/^[A-Z]/.test(name)) set(name, value)
  for (const name of CONTEXT) if (metadata[name]) set(name, metadata[name])
  return forwardableHeaders([...headers.values()].flat(), (name) => OURS.has(name))
}

const invalid = (message: string) => new Fault('BINDING_REQUEST_INVALID', message)
