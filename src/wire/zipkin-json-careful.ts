import { err, ok, type Result } from '../base/result.ts'
import { JsonReadError, JsonTokenReader } from './json-token-reader.ts'
import { parseParentId, parseSpanId, parseTraceId } from './zipkin-ids.ts'
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
 * Reads a list of spans token by token, as Zipkin does: with its tolerance, its order of checks and its
 * words. For bodies that the fast path does not take.
 *
 * @returns the spans, or the first thing that is wrong, for example
 * `Missing : traceId id reading List<Span> from json`
 * @see zipkin `V2SpanReader` and `JsonCodec.readList`
 */
export function decodeCarefully(text: string): Result<ZipkinSpan[], string> {
  const reader = new JsonTokenReader(text)
  const spans: ZipkinSpan[] = []
  try {
    reader.beginArray()
    while (reader.hasNext()) spans.push(readSpan(reader))
    reader.endArray()
    return ok(spans)
  } catch (error) {
    if (!(error instanceof JsonReadError)) throw error
    return err(`${foldCause(error.message)} reading List<Span> from json`)
  }
}

/** Zipkin's reader says `Malformed` also for an array or object that stands in the other's place. */
const foldCause = (message: string): string =>
  /^Expected BEGIN_(?:OBJECT|ARRAY)/.test(message) ? 'Malformed' : message

function readSpan(reader: JsonTokenReader): ZipkinSpan {
  const tags: [key: string, value: string][] = []
  const draft: Omit<SpanDraft, 'traceId' | 'id'> & { traceId?: string; id?: string } = {
    parentId: undefined,
    kind: undefined,
    name: undefined,
    timestamp: undefined,
    duration: undefined,
    localEndpoint: undefined,
    remoteEndpoint: undefined,
    annotations: [],
    tags: undefined,
    debug: false,
    shared: false,
  }
  reader.beginObject()
  while (reader.hasNext()) {
    const name = reader.nextName()
    if (name === 'traceId') draft.traceId = take(parseTraceId(reader.nextString()))
    else if (name === 'id') draft.id = take(parseSpanId(reader.nextString()))
    else if (reader.isNull()) reader.skipValue()
    else if (name === 'parentId') draft.parentId = take(parseParentId(reader.nextString()))
    else if (name === 'kind') draft.kind = readKind(reader.nextString())
    else if (name === 'name') draft.name = reader.nextString()
    else if (name === 'timestamp') draft.timestamp = reader.nextLong()
    else if (name === 'duration') draft.duration = reader.nextLong()
    else if (name === 'localEndpoint') draft.localEndpoint = readEndpoint(reader)
    else if (name === 'remoteEndpoint') draft.remoteEndpoint = readEndpoint(reader)
    else if (name === 'annotations') readAnnotations(reader, draft.annotations)
    else if (name === 'tags') readTags(reader, tags)
    else if (name === 'debug') draft.debug = reader.nextBoolean() || draft.debug
    else if (name === 'shared') draft.shared = reader.nextBoolean() || draft.shared
    else reader.skipValue()
  }
  reader.endObject()
  const { traceId, id } = draft
  if (traceId === undefined || id === undefined)
    throw new JsonReadError(
      `Missing :${traceId === undefined ? ' traceId' : ''}${id === undefined ? ' id' : ''}`,
    )
  // fromEntries defines properties, so that a tag named __proto__ stays a tag; the last of a key counts.
  if (tags.length > 0) draft.tags = Object.fromEntries(tags)
  return buildZipkinSpan({ ...draft, traceId, id })
}

function take<T>(result: Result<T, string>): T {
  if (result.ok) return result.value
  throw new JsonReadError(result.error)
}

function readKind(text: string): ZipkinKind {
  const kind = ZIPKIN_KINDS.find((known) => known === text)
  if (kind === undefined) throw new JsonReadError(`No enum constant zipkin2.Span.Kind.${text}`)
  return kind
}

function readEndpoint(reader: JsonTokenReader): ZipkinEndpoint | undefined {
  const draft: EndpointDraft = {
    serviceName: undefined,
    ipv4: undefined,
    ipv6: undefined,
    port: undefined,
  }
  reader.beginObject()
  while (reader.hasNext()) {
    const name = reader.nextName()
    if (reader.isNull()) reader.skipValue()
    else if (name === 'serviceName') draft.serviceName = reader.nextString()
    else if (name === 'ipv4' || name === 'ipv6') readIp(draft, reader.nextString())
    else if (name === 'port') {
      const port = reader.nextInt()
      if (port > 0xffff) throw new JsonReadError(`invalid port ${port}`)
      draft.port = port
    } else reader.skipValue()
  }
  reader.endObject()
  return buildEndpoint(draft)
}

function readAnnotations(reader: JsonTokenReader, into: SpanDraft['annotations']): void {
  reader.beginArray()
  while (reader.hasNext()) {
    let timestamp: number | undefined
    let value: string | undefined
    reader.beginObject()
    while (reader.hasNext()) {
      const name = reader.nextName()
      if (name === 'timestamp') timestamp = reader.nextLong()
      else if (name === 'value') value = reader.nextString()
      else reader.skipValue()
    }
    if (timestamp === undefined || value === undefined)
      throw new JsonReadError(`Incomplete annotation at ${reader.path()}`)
    reader.endObject()
    into.push({ timestamp, value })
  }
  reader.endArray()
}

function readTags(reader: JsonTokenReader, into: [key: string, value: string][]): void {
  reader.beginObject()
  while (reader.hasNext()) {
    const key = reader.nextName()
    if (reader.isNull()) throw new JsonReadError(`No value at ${reader.path()}`)
    into.push([key, reader.nextString()])
  }
  reader.endObject()
}
