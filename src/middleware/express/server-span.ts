import type { IncomingMessage } from 'node:http'
import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { getRPCMetadata } from '@opentelemetry/core'

export interface ServerSpan {
  /** What the request is served in. */
  readonly context: Context
  /** The route is known now. */
  named(): void
  end(status: number, isWhole: boolean): void
}

/**
 * The span of a request. Where OpenTelemetry's own instrumentation has made one, that is it, and gets its route; else it is
 * begun here. `undefined` when nobody records.
 */
export function beginServerSpan(
  request: IncomingMessage,
  route: () => string | undefined,
): ServerSpan | undefined {
  const metadata = getRPCMetadata(context.active())
  if (metadata !== undefined)
    return {
      context: context.active(),
      named() {
        const found = route()
        if (found !== undefined) metadata.route ??= found
      },
      end: () => undefined,
    }
  const parent = propagation.extract(ROOT_CONTEXT, request.headers)
  const method = request.method ?? 'GET'
  const [path = ''] = (request.url ?? '').split('?')
  const span = trace.getTracer('sidelight/express').startSpan(
    method,
    {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': method, 'url.path': path, 'url.scheme': 'http' },
    },
    parent,
  )
  if (!trace.isSpanContextValid(span.spanContext())) return undefined
  return {
    context: trace.setSpan(parent, span),
    named() {
      const found = route()
      if (found !== undefined)
        span.updateName(`${method} ${found}`).setAttribute('http.route', found)
    },
    end(status, isWhole) {
      if (isWhole) span.setAttribute('http.response.status_code', status)
      if (!isWhole || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}
