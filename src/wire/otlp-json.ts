import { messageOf } from '../base/fault.ts'
import type { Problem } from '../base/problem.ts'
import type { Result } from '../base/result.ts'
import { OtlpJsonFields } from './otlp-json-fields.ts'
import { readJsonAttributes } from './otlp-json-value.ts'
import { type OtlpLimits, OtlpReadError, readOtlp, tooManySpans } from './otlp-read-error.ts'
import type { OtlpEvent, OtlpLink, OtlpResourceSpans, OtlpSpan } from './otlp-span.ts'

const utf8 = new TextDecoder('utf-8')

const KINDS = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
]
const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']

/**
 * Reads an `ExportTraceServiceRequest` in JSON. Keys in `lowerCamelCase` only: `resource_spans` is an unknown
 * field, which OTLP asks receivers to ignore.
 *
 * @param body UTF-8, not compressed
 * @returns as `decodeOtlpProtobuf`; `path` is such as `resourceSpans[0].scopeSpans[0].spans[3].traceId`
 * @see opentelemetry-proto `docs/specification.md`, "JSON Protobuf Encoding"
 */
export function decodeOtlpJson(
  body: Uint8Array,
  { maxSpans }: OtlpLimits,
): Result<readonly OtlpResourceSpans[], Problem> {
  return readOtlp(() => {
    const reader = new SpanReader(maxSpans)
    return reader.resources(parse(utf8.decode(body)))
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // The engine's words quote the body, which is the sender's data.
    const place = /position \d+/.exec(messageOf(error))?.[0]
    throw new OtlpReadError('', `the body is not JSON${place === undefined ? '' : ` at ${place}`}`)
  }
}

class SpanReader {
  readonly #maxSpans: number
  readonly #in = new OtlpJsonFields()
  #spans = 0

  constructor(maxSpans: number) {
    this.#maxSpans = maxSpans
  }

  resources(request: unknown): OtlpResourceSpans[] {
    if (request === null) throw new OtlpReadError('', 'the body must be an object; it is null')
    const fields = this.#in.object(request, 'the body')
    return this.#in.list(fields.resourceSpans, 'resourceSpans', (item, path) => {
      const one = this.#in.object(item, path)
      const resource = this.#in.object(one.resource, `${path}.resource`)
      return {
        attributes: readJsonAttributes(
          this.#in,
          resource.attributes,
          `${path}.resource.attributes`,
          0,
        ),
        scopes: this.#in.list(one.scopeSpans, `${path}.scopeSpans`, (scope, at) =>
          this.#scope(scope, at),
        ),
      }
    })
  }

  #scope(item: unknown, path: string): OtlpResourceSpans['scopes'][number] {
    const one = this.#in.object(item, path)
    const scope = this.#in.object(one.scope, `${path}.scope`)
    return {
      scopeName: this.#in.string(scope.name, `${path}.scope.name`),
      scopeVersion: this.#in.string(scope.version, `${path}.scope.version`),
      spans: this.#in.list(one.spans, `${path}.spans`, (span, at) => this.#span(span, at)),
    }
  }

  #span(item: unknown, path: string): OtlpSpan {
    if (++this.#spans > this.#maxSpans) throw tooManySpans(path, this.#maxSpans)
    const read = this.#in
    const one = read.object(item, path)
    const status = read.object(one.status, `${path}.status`)
    return {
      traceId: read.hex(one.traceId, `${path}.traceId`),
      spanId: read.hex(one.spanId, `${path}.spanId`),
      parentSpanId: read.hex(one.parentSpanId, `${path}.parentSpanId`),
      traceState: read.string(one.traceState, `${path}.traceState`),
      name: read.string(one.name, `${path}.name`),
      kind: read.enumeration(one.kind, `${path}.kind`, KINDS),
      startTimeUnixNano: read.integer(one.startTimeUnixNano, `${path}.startTimeUnixNano`),
      endTimeUnixNano: read.integer(one.endTimeUnixNano, `${path}.endTimeUnixNano`),
      attributes: readJsonAttributes(read, one.attributes, `${path}.attributes`, 0),
      events: read.list(one.events, `${path}.events`, (event, at) => this.#event(event, at)),
      links: read.list(one.links, `${path}.links`, (link, at) => this.#link(link, at)),
      droppedAttributesCount: read.count(
        one.droppedAttributesCount,
        `${path}.droppedAttributesCount`,
      ),
      droppedEventsCount: read.count(one.droppedEventsCount, `${path}.droppedEventsCount`),
      droppedLinksCount: read.count(one.droppedLinksCount, `${path}.droppedLinksCount`),
      statusCode: read.enumeration(status.code, `${path}.status.code`, STATUS_CODES),
      statusMessage: read.string(status.message, `${path}.status.message`),
    }
  }

  #event(item: unknown, path: string): OtlpEvent {
    const one = this.#in.object(item, path)
    return {
      timeUnixNano: this.#in.integer(one.timeUnixNano, `${path}.timeUnixNano`),
      name: this.#in.string(one.name, `${path}.name`),
      attributes: readJsonAttributes(this.#in, one.attributes, `${path}.attributes`, 0),
    }
  }

  #link(item: unknown, path: string): OtlpLink {
    const one = this.#in.object(item, path)
    return {
      traceId: this.#in.hex(one.traceId, `${path}.traceId`),
      spanId: this.#in.hex(one.spanId, `${path}.spanId`),
      traceState: this.#in.string(one.traceState, `${path}.traceState`),
      attributes: readJsonAttributes(this.#in, one.attributes, `${path}.attributes`, 0),
    }
  }
}
