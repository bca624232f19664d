import { apiFault, headerValue, type Request } from '../net/index.ts'
import type { Target } from './exchange.ts'

export interface OwnIdentity {
  readonly appId: string
  readonly namespace: string
}

/**
 * Who is meant by an invocation, in Dapr's order: header `dapr-app-id`, Basic auth `dapr-app-id:<app>`,
 * path `/v1.0/invoke/<app>/method/<method>`. In the first two forms the whole path is the method.
 *
 * @throws Fault `ERR_DIRECT_INVOKE_NO_APP_ID`, `ERR_DIRECT_INVOKE_METHOD`, `ERR_DIRECT_INVOKE`, `ERR_BAD_REQUEST`
 * @see dapr `pkg/api/http/directmessaging.go`
 */
export function parseInvokeTarget(request: Request, own: OwnIdentity): Target {
  const named = headerValue(request.headers, 'dapr-app-id') ?? basicAuthAppId(request)
  const addressed = named === undefined ? splitPath(request.path) : undefined
  const id = named ?? addressed?.id
  if (id === undefined || id === '') throw apiFault('ERR_DIRECT_INVOKE_NO_APP_ID')
  const method = cleanMethod(addressed?.method ?? request.path, id)
  const query = request.query === '' ? '' : `?${request.query}`
  const path = `/${encodePath(method)}${query}`
  if (/^https?:\/\//.test(id)) return externalTarget(id, method, path)
  const [appId = '', namespace = own.namespace, ...more] = id.split('.')
  if (more.length > 0 || appId === '')
    throw apiFault('ERR_DIRECT_INVOKE', { id, reason: `invalid app id ${id}` })
  if (!NAME.test(appId) || !NAME.test(namespace))
    throw apiFault('ERR_BAD_REQUEST', {
      reason: `${JSON.stringify(id.slice(0, MAX_SHOWN))} is no app id; one is made of letters, digits, - and _, at most 63 of them`,
    })
  const kind = appId === own.appId && namespace === own.namespace ? 'app' : 'peer'
  return { kind, id, name: appId, namespace, method, path, origin: undefined }
}

/** What a sidecar may be called: nothing else can be meant, and nothing else may become a span's or a service's name. */
const NAME = /^[\w-]{1,63}$/
const MAX_SHOWN = 64

const PREFIX = /^\/+v1\.0\/+invoke\/+/

/** The split is at the first `/method/`, since an app part may be a URL. */
function splitPath(path: string): { id: string; method: string } | undefined {
  const prefix = PREFIX.exec(path)
  if (prefix === null) return undefined
  const rest = path.slice(prefix[0].length)
  const mark = rest.search(/\/method(?:\/|$)/)
  if (mark <= 0) return undefined
  const raw = rest.slice(0, mark)
  let id: string
  try {
    id = decodeURIComponent(raw.replaceAll('+', ' '))
  } catch {
    throw apiFault('ERR_BAD_REQUEST', { reason: `the app id ${raw} has a broken percent escape` })
  }
  // Proxies and clients collapse the double slash of a URL that stands in a path.
  return { id: id.replace(/^(https?):\/+/, '$1://'), method: rest.slice(mark + '/method'.length) }
}

function basicAuthAppId(request: Request): string | undefined {
  const value = headerValue(request.headers, 'authorization')
  if (value === undefined || !/^basic /i.test(value)) return undefined
  const [user = '', ...password] = Buffer.from(value.slice(6), 'base64').toString().split(':')
  return user.toLowerCase() === 'dapr-app-id' ? password.join(':') : undefined
}

const NEEDS_CLEANING = /%|\/\/|\/\.|^\.|\/$/
/** `#`, `?`, NUL and other control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const FORBIDDEN = /[#?\x00-\x1f\x7f]/

/** Go's `path.Clean` of the decoded method: no leading or trailing slash, `.` and `..` resolved. */
function cleanMethod(encoded: string, id: string): string {
  const raw = encoded.replace(/^\/+/, '')
  if (!NEEDS_CLEANING.test(raw)) return raw
  let decoded: string
  try {
    decoded = decodeURIComponent(raw)
  } catch {
    throw apiFault('ERR_DIRECT_INVOKE_METHOD', { id, reason: 'a broken percent escape' })
  }
  if (FORBIDDEN.test(decoded))
    throw apiFault('ERR_DIRECT_INVOKE_METHOD', { id, reason: '#, ? or a control character in it' })
  const kept: string[] = []
  for (const segment of decoded.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') kept.pop()
    else kept.push(segment)
  }
  return kept.join('/')
}

/** What Go leaves unescaped in a path besides letters, digits and `-_.~`. */
const LEFT_ALONE = /%(?:24|26|2B|2C|3A|3B|3D|40)/g
const PLAIN = /^[\w\-.~$&+,/:;=@!'()*]*$/

const encodePath = (method: string): string =>
  PLAIN.test(method)
    ? method
    : method
        .split('/')
        .map((segment) => encodeURIComponent(segment).replace(LEFT_ALONE, decodeURIComponent))
        .join('/')

function externalTarget(id: string, method: string, path: string): Target {
  let url: URL
  try {
    url = new URL(id)
  } catch (cause) {
    throw apiFault('ERR_DIRECT_INVOKE', { id: 'external', reason: 'not a URL' }, cause)
  }
  const base = url.pathname.replace(/\/$/, '')
  return {
    kind: 'external',
    id: `${url.origin}${base}`,
    name: url.host,
    namespace: '',
    method,
    path: `${base}${path}`,
    origin: url.origin,
  }
}
