import { err, ok, type Result } from '../../base/result.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'

/**
 * What a search asks for.
 *
 * @see zipkin `QueryRequest`
 */
export interface TraceQuery {
  readonly serviceName: string | undefined
  readonly remoteServiceName: string | undefined
  readonly spanName: string | undefined
  /** Tag key to value; an empty value asks for an annotation of that text or a tag of that key. */
  readonly annotations: ReadonlyMap<string, string>
  readonly minDurationUs: number | undefined
  readonly maxDurationUs: number | undefined
  readonly endTsMs: number
  readonly lookbackMs: number
  readonly limit: number
}

export interface QueryDefaults {
  readonly nowMs: number
  readonly lookbackMs: number
  readonly limit: number
}

const MAX_ANNOTATION_PARTS = 100

/** @returns the query, or Zipkin's words for the first parameter that is out of range */
export function parseTraceQuery(
  parameters: URLSearchParams,
  defaults: QueryDefaults,
): Result<TraceQuery, string> {
  const numbers = readNumbers(parameters)
  if (!numbers.ok) return numbers
  const { endTs, lookback, limit, minDuration, maxDuration } = numbers.value
  const spanName = readName(parameters, 'spanName')
  const query: TraceQuery = {
    serviceName: readName(parameters, 'serviceName'),
    remoteServiceName: readName(parameters, 'remoteServiceName'),
    spanName: spanName === 'all' ? undefined : spanName,
    annotations: parseAnnotationQuery(parameters.get('annotationQuery') ?? ''),
    minDurationUs: minDuration,
    maxDurationUs: maxDuration,
    endTsMs: endTs ?? defaults.nowMs,
    lookbackMs: lookback ?? defaults.lookbackMs,
    limit: limit ?? defaults.limit,
  }
  const problem = findProblem(query)
  return problem === undefined ? ok(query) : err(problem)
}

function findProblem(query: TraceQuery): string | undefined {
  const { minDurationUs, maxDurationUs } = query
  if (query.endTsMs <= 0) return 'endTs <= 0'
  if (query.limit <= 0) return 'limit <= 0'
  if (query.lookbackMs <= 0) return 'lookback <= 0'
  if (minDurationUs === undefined)
    return maxDurationUs === undefined ? undefined : 'maxDuration is only valid with minDuration'
  if (minDurationUs <= 0) return 'minDuration <= 0'
  if (maxDurationUs !== undefined && maxDurationUs < minDurationUs)
    return 'maxDuration < minDuration'
  return undefined
}

const NUMBERS = ['endTs', 'lookback', 'limit', 'minDuration', 'maxDuration'] as const
type Numbers = Readonly<Partial<Record<(typeof NUMBERS)[number], number>>>

function readNumbers(parameters: URLSearchParams): Result<Numbers, string> {
  const numbers: Partial<Record<(typeof NUMBERS)[number], number>> = {}
  for (const name of NUMBERS) {
    const value = readInteger(parameters, name)
    if (!value.ok) return value
    if (value.value !== undefined) numbers[name] = value.value
  }
  return ok(numbers)
}

/** An integer parameter; an empty one is an absent one. */
export function readInteger(
  parameters: URLSearchParams,
  name: string,
): Result<number | undefined, string> {
  const text = parameters.get(name)
  if (text === null || text === '') return ok(undefined)
  const value = Number(text)
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value))
    return err(`${name} is not an integer: ${text}`)
  return ok(value)
}

/** Names are stored in lower case, so they are asked for in lower case. */
export function readName(parameters: URLSearchParams, name: string): string | undefined {
  const text = parameters.get(name)
  return text === null || text === '' ? undefined : text.toLowerCase()
}

/** `http.method=GET and error`: the last value of a tag counts, a bare word never replaces a value. */
export function parseAnnotationQuery(text: string): ReadonlyMap<string, string> {
  const annotations = new Map<string, string>()
  if (text === '') return annotations
  const parts = text.split(' and ')
  const last = parts.splice(MAX_ANNOTATION_PARTS - 1).join(' and ')
  if (last !== '') parts.push(last)
  for (const part of parts) {
    const equals = part.indexOf('=')
    if (equals !== -1) annotations.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim())
    else if (!annotations.has(part.trim())) annotations.set(part.trim(), '')
  }
  return annotations
}

/**
 * When a trace happened, integer µs: the smallest timestamp of the spans without parent, else of all spans;
 * 0 when none has one. (Zipkin takes the first span without parent that its storage happens to give; of
 * several this takes the earliest, so that the answer does not depend on where spans lie.)
 */
export function traceTimeUs(spans: readonly ZipkinSpan[]): number {
  let root = 0
  let any = 0
  for (const { timestamp, parentId } of spans) {
    if (timestamp === undefined) continue
    if (any === 0 || timestamp < any) any = timestamp
    if (parentId === undefined && (root === 0 || timestamp < root)) root = timestamp
  }
  return root === 0 ? any : root
}

/**
 * Whether a trace answers the query. With a service name only spans of that service count, and different
 * spans may meet different conditions.
 */
export function matchesQuery(query: TraceQuery, spans: readonly ZipkinSpan[]): boolean {
  const time = traceTimeUs(spans)
  if (time === 0 || !isInWindow(query, time)) return false
  const open = new Map(query.annotations)
  let service = query.serviceName === undefined
  let remote = query.remoteServiceName === undefined
  let name = query.spanName === undefined
  let duration = query.minDurationUs === undefined
  for (const span of spans) {
    if (query.serviceName !== undefined && span.localEndpoint?.serviceName !== query.serviceName)
      continue
    service = true
    remote ||= span.remoteEndpoint?.serviceName === query.remoteServiceName
    name ||= span.name === query.spanName
    duration ||= hasDuration(query, span.duration ?? 0)
    if (open.size > 0) closeAnnotations(open, span)
  }
  return service && remote && name && duration && open.size === 0
}

export const isInWindow = (
  { endTsMs, lookbackMs }: Pick<TraceQuery, 'endTsMs' | 'lookbackMs'>,
  timeUs: number,
): boolean => timeUs >= (endTsMs - lookbackMs) * 1000 && timeUs <= endTsMs * 1000

const hasDuration = (query: TraceQuery, durationUs: number): boolean =>
  durationUs >= (query.minDurationUs ?? 0) &&
  durationUs <= (query.maxDurationUs ?? Number.POSITIVE_INFINITY)

function closeAnnotations(open: Map<string, string>, span: ZipkinSpan): void {
  for (const { value } of span.annotations ?? []) if (open.get(value) === '') open.delete(value)
  for (const [key, wanted] of open) {
    const value =
      span.tags !== undefined && Object.hasOwn(span.tags, key) ? span.tags[key] : undefined
    if (value !== undefined && (wanted === '' || wanted === value)) open.delete(key)
  }
}
