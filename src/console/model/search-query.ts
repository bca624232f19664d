import { formatDuration, parseDuration } from '../../base/short-duration.ts'

export const LOOKBACKS = [
  '1m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '3h',
  '6h',
  '12h',
  '1d',
  '2d',
  '7d',
] as const
export const SORTS = ['newest', 'longest', 'spans', 'errors'] as const
export type Sort = (typeof SORTS)[number]

/** What the search page shows; its URL holds all of it, under Zipkin Lens' names. */
export interface SearchQuery {
  readonly serviceName: string
  readonly spanName: string
  readonly remoteServiceName: string
  /** `error and http.status_code=500` */
  readonly annotationQuery: string
  /** As typed: `10ms`; a bare number is µs. */
  readonly minDuration: string
  readonly maxDuration: string
  /** One of LOOKBACKS, `range` (startTs–endTs), or `millis` (millisMs before endTs). */
  readonly lookback: string
  readonly millisMs: number | undefined
  /** Epoch ms. `undefined` = now. */
  readonly endMs: number | undefined
  readonly startMs: number | undefined
  readonly limit: number
  readonly sort: Sort
  readonly isLive: boolean
}

export interface SearchDefaults {
  readonly lookbackMs: number
  readonly limit: number
}

const KNOWN = new Set([
  ...['serviceName', 'spanName', 'remoteServiceName', 'annotationQuery', 'minDuration'],
  ...['maxDuration', 'lookback', 'millis', 'endTs', 'startTs', 'limit', 'sort', 'live'],
])

/** Reads a search URL. Lens writes each autocomplete key as a parameter of its own; these become tag filters. */
export function parseSearchQuery(params: URLSearchParams, defaults: SearchDefaults): SearchQuery {
  const text = (name: string): string => params.get(name)?.trim() ?? ''
  const tags = [...params].flatMap(([key, value]) => (KNOWN.has(key) ? [] : [`${key}=${value}`]))
  const startMs = positiveInteger(params.get('startTs'))
  const millisMs = positiveInteger(params.get('millis'))
  const sort = SORTS.find((known) => known === params.get('sort')) ?? 'newest'
  return {
    serviceName: text('serviceName'),
    spanName: text('spanName'),
    remoteServiceName: text('remoteServiceName'),
    annotationQuery: [...tags, text('annotationQuery')].filter(Boolean).join(' and '),
    minDuration: text('minDuration'),
    maxDuration: text('maxDuration'),
    ...readWindow(text('lookback'), startMs, millisMs, defaults),
    endMs: positiveInteger(params.get('endTs')),
    limit: positiveInteger(params.get('limit')) ?? defaults.limit,
    sort,
    isLive: params.get('live') === '1',
  }
}

function readWindow(
  lookback: string,
  startMs: number | undefined,
  millisMs: number | undefined,
  defaults: SearchDefaults,
): Pick<SearchQuery, 'lookback' | 'startMs' | 'millisMs'> {
  const none = { startMs: undefined, millisMs: undefined }
  if (lookback === 'range' && startMs !== undefined)
    return { lookback, startMs, millisMs: undefined }
  if (lookback === 'millis' && millisMs !== undefined)
    return { lookback, startMs: undefined, millisMs }
  const known = LOOKBACKS.find((name) => name === lookback)
  if (known !== undefined) return { lookback: known, ...none }
  // Lens also understands a bare number of milliseconds.
  const bareMs = positiveInteger(lookback)
  if (bareMs !== undefined) return { lookback: 'millis', startMs: undefined, millisMs: bareMs }
  const byDefault = LOOKBACKS.find((name) => lookbackMs(name) === defaults.lookbackMs)
  return byDefault === undefined
    ? { lookback: 'millis', startMs: undefined, millisMs: defaults.lookbackMs }
    : { lookback: byDefault, ...none }
}

/** The URL's query part, without parameters at their defaults; a search is always readable in it. */
export function formatSearchQuery(query: SearchQuery): URLSearchParams {
  const params = new URLSearchParams()
  const set = (name: string, value: string): void => {
    if (value !== '') params.set(name, value)
  }
  set('serviceName', query.serviceName)
  set('spanName', query.spanName)
  set('remoteServiceName', query.remoteServiceName)
  set('annotationQuery', query.annotationQuery)
  set('minDuration', query.minDuration)
  set('maxDuration', query.maxDuration)
  params.set('lookback', query.lookback)
  if (query.millisMs !== undefined) set('millis', String(query.millisMs))
  if (query.startMs !== undefined) set('startTs', String(query.startMs))
  if (query.endMs !== undefined) set('endTs', String(query.endMs))
  params.set('limit', String(query.limit))
  if (query.sort !== 'newest') params.set('sort', query.sort)
  if (query.isLive) params.set('live', '1')
  return params
}

/** Milliseconds of `15m`, `2h`, `7d`. */
export function lookbackMs(name: string): number {
  const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[name.slice(-1)] ?? 0
  return Number(name.slice(0, -1)) * unit
}

/** The time searched, epoch ms, both ends included. */
export function searchWindow(
  query: SearchQuery,
  nowMs: number,
): { readonly startMs: number; readonly endMs: number } {
  const endMs = query.endMs ?? nowMs
  if (query.lookback === 'range') return { startMs: query.startMs ?? endMs, endMs }
  return { startMs: endMs - (query.millisMs ?? lookbackMs(query.lookback)), endMs }
}

/** Parameters of `GET /api/v2/traces`, or what is wrong with each field. */
export function toApiParams(
  query: SearchQuery,
  nowMs: number,
): { readonly params: URLSearchParams; readonly problems: Readonly<Record<string, string>> } {
  const params = new URLSearchParams()
  const problems: Record<string, string> = {}
  for (const name of ['serviceName', 'remoteServiceName', 'spanName', 'annotationQuery'] as const)
    if (query[name] !== '') params.set(name, query[name])
  const bounds = { minDuration: 0, maxDuration: 0 }
  for (const name of ['minDuration', 'maxDuration'] as const) {
    if (query[name] === '') continue
    const parsed = parseDuration(query[name])
    if (parsed.ok) bounds[name] = parsed.value
    else problems[name] = parsed.error
  }
  const { minDuration, maxDuration } = bounds
  if (maxDuration > 0 && maxDuration < minDuration)
    problems.maxDuration = `Must be at least the minimum, ${formatDuration(minDuration)}.`
  // The API refuses a maximum without a minimum; 1 µs is the least a span can last.
  if (minDuration > 0 || maxDuration > 0) params.set('minDuration', String(minDuration || 1))
  if (maxDuration > 0) params.set('maxDuration', String(maxDuration))
  const { startMs, endMs } = searchWindow(query, nowMs)
  if (endMs <= startMs) problems.endTs = 'The end must be later than the start.'
  params.set('endTs', String(endMs))
  params.set('lookback', String(endMs - startMs))
  params.set('limit', String(query.limit))
  return { params, problems }
}

const positiveInteger = (text: string | null): number | undefined => {
  const value = text === null ? Number.NaN : Number(text)
  return Number.isSafeInteger(value) && value > 0 ? value : undefined
}
