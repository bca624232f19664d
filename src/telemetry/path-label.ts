/**
 * The `path` label of a request: Dapr's conversion, then ids folded, so that a million ids are one series.
 * A pure function of the path: nothing is learned, so replicas agree.
 *
 * @example pathLabel('/v1.0/invoke/orders/method/items/123') // '/v1.0/invoke/orders/method/items/{id}'
 * @see dapr `pkg/diagnostics/http_monitoring_legacy.go`
 */
export function pathLabel(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '')
  if (segments.length >= 3) {
    const [version, api] = segments as [string, string, ...string[]]
    if (version === 'actors') return `actors/${segments[1]}/{id}/${segments.slice(3).join('/')}`
    if (api === 'state' || api === 'secrets') return `/${segments.slice(0, 3).join('/')}`
    if (api === 'actors')
      return `/${[version, api, segments[2], '{id}', ...segments.slice(4, 5)].join('/')}`
  }
  return `/${segments.map(foldId).join('/')}`
}

const DIGITS = /^\d+$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const HASH = /^(?=.*\d)[0-9a-f]{16,}$/i
const MAX_SEGMENT = 64

const foldId = (segment: string): string =>
  DIGITS.test(segment) || UUID.test(segment) || HASH.test(segment) || segment.length > MAX_SEGMENT
    ? '{id}'
    : segment

/**
 * The name of a span without ids, so that spans that mean the same have one.
 *
 * @example spanLabel('calllocal/orders/items/123') // 'calllocal/orders/items/{id}'
 */
export const spanLabel = (name: string): string =>
  name
    .split(' ')
    .map((word) => (word.startsWith('/') ? pathLabel(word) : word.split('/').map(foldId).join('/')))
    .join(' ')
