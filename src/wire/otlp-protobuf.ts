import type { Problem } from '../base/problem.ts'
import type { Result } from '../base/result.ts'
import { bytesField, fixed64Field, OtlpProtoReader, varintField } from './otlp-proto-reader.ts'
import { decodeProtoAttribute } from './otlp-protobuf-value.ts'
import { type OtlpLimits, readOtlp, tooManySpans } from './otlp-read-error.ts'
import {
  emptyOtlpSpan,
  type OtlpAttribute,
  type OtlpEvent,
  type OtlpLink,
  type OtlpResourceSpans,
  type OtlpScopeSpans,
  type OtlpSpan,
} from './otlp-span.ts'

/** Longer than any id; a longer field is no id and not worth its hex. */
const MAX_ID_BYTES = 64

/**
 * Reads an `ExportTraceServiceRequest` in protobuf.
 *
 * @param body not compressed; empty holds no spans
 * @returns the spans as they stand there, not yet judged, or what is wrong with the bytes: code
 * `OTLP_MALFORMED` with `path` such as `byte 17`, `OTLP_TOO_MANY_SPANS`, `OTLP_TOO_LARGE`
 * @see opentelemetry-proto `collector/trace/v1/trace_service.proto`
 */
export function decodeOtlpProtobuf(
  body: Uint8Array,
  { maxSpans }: OtlpLimits,
): Result<readonly OtlpResourceSpans[], Problem> {
  return readOtlp(() => {
    const reader = new OtlpProtoReader(body)
    const resources: OtlpResourceSpans[] = []
    let spanCount = 0
    const onSpan = (): void => {
      if (++spanCount > maxSpans) throw tooManySpans(reader.place(), maxSpans)
    }
    reader.whole((field) => {
      if (field === bytesField(1)) resources.push(readResourceSpans(reader, onSpan))
      else reader.skip(field)
    })
    return resources
  })
}

function readResourceSpans(reader: OtlpProtoReader, onSpan: () => void): OtlpResourceSpans {
  const found: OtlpResourceSpans = { attributes: [], scopes: [] }
  reader.message((field) => {
    if (field === bytesField(1)) readAttributesOnly(reader, found.attributes)
    else if (field === bytesField(2)) found.scopes.push(readScopeSpans(reader, onSpan))
    else reader.skip(field)
  })
  return found
}

/** `Resource`. */
function readAttributesOnly(reader: OtlpProtoReader, into: OtlpAttribute[]): void {
  reader.message((field) => {
    if (field === bytesField(1)) into.push(decodeProtoAttribute(reader))
    else reader.skip(field)
  })
}

function readScopeSpans(reader: OtlpProtoReader, onSpan: () => void): OtlpScopeSpans {
  const found: OtlpScopeSpans = { scopeName: '', scopeVersion: '', spans: [] }
  reader.message((field) => {
    if (field === bytesField(1)) readScope(reader, found)
    else if (field === bytesField(2)) {
      onSpan()
      found.spans.push(readSpan(reader))
    } else reader.skip(field)
  })
  return found
}

function readScope(reader: OtlpProtoReader, into: OtlpScopeSpans): void {
  reader.message((field) => {
    if (field === bytesField(1)) into.scopeName = reader.string()
    else if (field === bytesField(2)) into.scopeVersion = reader.string()
    else reader.skip(field)
  })
}

/** `flags` (16) says nothing that Zipkin has a place for. */
function readSpan(reader: OtlpProtoReader): OtlpSpan {
  const span = emptyOtlpSpan()
  reader.message((field) => {
    switch (field) {
      case bytesField(1):
        span.traceId = reader.hex(MAX_ID_BYTES)
        break
      case bytesField(2):
        span.spanId = reader.hex(MAX_ID_BYTES)
        break
      case bytesField(3):
        span.traceState = reader.string()
        break
      case bytesField(4):
        span.parentSpanId = reader.hex(MAX_ID_BYTES)
        break
      case bytesField(5):
        span.name = reader.string()
        break
      case varintField(6):
        span.kind = reader.uint32()
        break
      case fixed64Field(7):
        span.startTimeUnixNano = reader.fixed64()
        break
      case fixed64Field(8):
        span.endTimeUnixNano = reader.fixed64()
        break
      case bytesField(9):
        span.attributes.push(decodeProtoAttribute(reader))
        break
      case varintField(10):
        span.droppedAttributesCount = reader.uint32()
        break
      case bytesField(11):
        span.events.push(readEvent(reader))
        break
      case varintField(12):
        span.droppedEventsCount = reader.uint32()
        break
      case bytesField(13):
        span.links.push(readLink(reader))
        break
      case varintField(14):
        span.droppedLinksCount = reader.uint32()
        break
      case bytesField(15):
        readStatus(reader, span)
        break
      default:
        reader.skip(field)
    }
  })
  return span
}

function readStatus(reader: OtlpProtoReader, span: OtlpSpan): void {
  reader.message((field) => {
    if (field === bytesField(2)) span.statusMessage = reader.string()
    else if (field === varintField(3)) span.statusCode = reader.uint32()
    else reader.skip(field)
  })
}

function readEvent(reader: OtlpProtoReader): OtlpEvent {
  const event = { timeUnixNano: 0n, name: '', attributes: [] as OtlpAttribute[] }
  reader.message((field) => {
    if (field === fixed64Field(1)) event.timeUnixNano = reader.fixed64()
    else if (field === bytesField(2)) event.name = reader.string()
    else if (field === bytesField(3)) event.attributes.push(decodeProtoAttribute(reader))
    else reader.skip(field)
  })
  return event
}

function readLink(reader: OtlpProtoReader): OtlpLink {
  const link = { traceId: '', spanId: '', traceState: '', attributes: [] as OtlpAttribute[] }
  reader.message((field) => {
    if (field === bytesField(1)) link.traceId = reader.hex(MAX_ID_BYTES)
    else if (field === bytesField(2)) link.spanId = reader.hex(MAX_ID_BYTES)
    else if (field === bytesField(3)) link.traceState = reader.string()
    else if (field === bytesField(4)) link.attributes.push(decodeProtoAttribute(reader))
    else reader.skip(field)
  })
  return link
}
