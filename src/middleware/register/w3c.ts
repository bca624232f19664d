import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  CompositePropagator,
  isTracingSuppressed,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import type { TraceContext } from '../carry/index.ts'

export const w3cPropagator = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
})

const headersOf = {
  set: (into: Record<string, string>, name: string, value: string) => {
    into[name] = value
  },
}

/** Of the span that this code runs in; `undefined` where nothing is to be recorded. */
export function current(): TraceContext | undefined {
  const active = context.active()
  if (isTracingSuppressed(active)) return undefined
  const headers: Record<string, string> = {}
  w3cPropagator.inject(active, headers, headersOf)
  return headers.traceparent === undefined && headers.baggage === undefined ? undefined : headers
}

export const runIn = <T>(headers: TraceContext | undefined, fn: () => T): T =>
  context.with(propagation.extract(ROOT_CONTEXT, headers ?? {}), fn)
