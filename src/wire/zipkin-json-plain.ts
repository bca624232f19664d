import { isPlainId, parseParentId, parseSpanId, parseTraceId } from './zipkin-ids.ts'
import {
  ZIPKIN_KINDS,
  type ZipkinEndpoint,
  type ZipkinKind,
  type ZipkinSpan,
} from './zipkin-span.ts'
import {
  buildEndpoint,
  buildZipkinSpan,
  type EndpointDraft,
  readIp,
  type SpanDraft,
} from './zipkin-span-builder.ts'

/**
 * The way of nearly every body: `JSON.parse`, then fields of the expected type only. Whatever is unusual
 * (a number where a string belongs, a missing id, broken JSON) is left to the careful reader, which knows
 * whether Zipkin takes it and what it says if not.
 *
 * A key that comes twice in one object counts once, with its last value; Zipkin would join tags and
 * annotations and check the value that is lost.
 */
export function decodePlainSpans(text: string): ZipkinSpan[] | undefined {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    // Not lost: the careful reader finds the same fault and words it.
    return undefined
  }
  if (!Array.isArray(list)) return undefined
  const spans: ZipkinSpan[] = []
  const local: EndpointMemo = { raw: {}, built: undefined }
  const remote: EndpointMemo = { raw: {}, built: undefined }
  for (const item of list) {
    const span = readSpan(item, local, remote)
    if (span === undefined) return undefined
    spans.push(span)
  }
  return spans
}

type Fields = Readonly<Record<string, unknown>>
/** The mark of a value that the careful reader must see. */
const UNUSUAL = Symbol('unusual')
type Read<T> = T | undefined | typeof UNUSUAL

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function readSpan(
  item: unknown,
  local: EndpointMemo,
  remote: EndpointMemo,
): ZipkinSpan | undefined {
  if (!isFields(item)) return undefined
  const traceId = readTraceId(item.traceId)
  const id = readId(item.id)
  const parentId = readParentId(item.parentId)
  const kind = readKind(item.kind)
  const name = readString(item.name)
  const timestamp = readInteger(item.timestamp)
  const duration = readInteger(item.duration)
  const localEndpoint = readEndpoint(item.localEndpoint, local)
  const remoteEndpoint = readEndpoint(item.remoteEndpoint, remote)
  const annotations = readAnnotations(item.annotations)
  const tags = readTags(item.tags)
  const debug = readBoolean(item.debug)
  const shared = readBoolean(item.shared)
  if (
    traceId === undefined ||
    id === undefined ||
    annotations === undefined ||
    tags === UNUSUAL ||
    parentId === UNUSUAL ||
    kind === UNUSUAL ||
    name === UNUSUAL ||
    timestamp === UNUSUAL ||
    duration === UNUSUAL ||
    localEndpoint === UNUSUAL ||
    remoteEndpoint === UNUSUAL ||
    debug === UNUSUAL ||
    shared === UNUSUAL
  )
    return undefined
  return buildZipkinSpan({
    traceId,
    parentId,
    id,
    kind,
    name,
    timestamp,
    duration,
    localEndpoint,
    remoteEndpoint,
    annotations,
    tags,
    debug: debug === true,
    shared: shared === true,
  })
}

function readTraceId(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (isPlainId(value, 32) || isPlainId(value, 16)) return value
  const parsed = parseTraceId(value)
  return parsed.ok ? parsed.value : undefined
}

function readId(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (isPlainId(value, 16)) return value
  const parsed = parseSpanId(value)
  return parsed.ok ? parsed.value : undefined
}

function readParentId(value: unknown): Read<string> {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') return UNUSUAL
  if (isPlainId(value, 16)) return value
  const parsed = parseParentId(value)
  return parsed.ok ? parsed.value : UNUSUAL
}

function readString(value: unknown): Read<string> {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : UNUSUAL
}

function readInteger(value: unknown): Read<number> {
  if (value === undefined || value === null) return undefined
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : UNUSUAL
}

function readBoolean(value: unknown): Read<boolean> {
  if (value === undefined || value === null) return undefined
  return typeof value === 'boolean' ? value : UNUSUAL
}

function readKind(value: unknown): Read<ZipkinKind> {
  if (value === undefined || value === null) return undefined
  return ZIPKIN_KINDS.find((kind) => kind === value) ?? UNUSUAL
}

/** The last endpoint that was read, as it stood and as it was built: most spans of a message share one. */
interface EndpointMemo {
  raw: Fields
  built: ZipkinEndpoint | undefined
}

const isSameEndpoint = (a: Fields, b: Fields): boolean =>
  a.serviceName === b.serviceName && a.ipv4 === b.ipv4 && a.ipv6 === b.ipv6 && a.port === b.port

function readEndpoint(value: unknown, memo: EndpointMemo): Read<ZipkinEndpoint> {
  if (value === undefined || value === null) return undefined
  if (!isFields(value)) return UNUSUAL
  if (isSameEndpoint(value, memo.raw)) return memo.built
  const built = buildPlainEndpoint(value)
  if (built !== UNUSUAL) {
    memo.raw = value
    memo.built = built
  }
  return built
}

function buildPlainEndpoint(value: Fields): Read<ZipkinEndpoint> {
  const serviceName = readString(value.serviceName)
  const ipv4 = readString(value.ipv4)
  const ipv6 = readString(value.ipv6)
  const port = readInteger(value.port)
  if (serviceName === UNUSUAL || ipv4 === UNUSUAL || ipv6 === UNUSUAL || port === UNUSUAL)
    return UNUSUAL
  if (port !== undefined && (port > 0xffff || port < 0)) return UNUSUAL
  const draft: EndpointDraft = { serviceName, ipv4: undefined, ipv6: undefined, port }
  if (ipv4 !== undefined) readIp(draft, ipv4)
  if (ipv6 !== undefined) readIp(draft, ipv6)
  return buildEndpoint(draft)
}

function readAnnotations(value: unknown): SpanDraft['annotations'] | undefined {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return undefined
  const annotations: SpanDraft['annotations'] = []
  for (const item of value) {
    if (!isFields(item)) return undefined
    const { timestamp, value: text } = item
    if (typeof text !== 'string' || !Number.isSafeInteger(timestamp)) return undefined
    annotations.push({ timestamp: timestamp as number, value: text })
  }
  return annotations
}

/** The parsed object itself, since its keys need no repair; writing puts them in order. */
function readTags(value: unknown): Read<Record<string, string>> {
  if (value === undefined || value === null) return undefined
  if (!isFields(value)) return UNUSUAL
  let isEmpty = true
  for (const key in value) {
    if (typeof value[key] !== 'string') return UNUSUAL
    isEmpty = false
  }
  return isEmpty ? undefined : (value as Record<string, string>)
}
