import { STATUS_CODES } from 'node:http'
import {
  attributes,
  createOperation,
  extract,
  type Incoming,
  NO_CONTEXT,
  type Operation,
  type Span,
  type SpanKind,
  type Tracer,
} from '../../telemetry/index.ts'
import { formatThreshold } from '../../wire/ot-tracestate.ts'
import { formatTraceparent } from '../../wire/traceparent.ts'
import { headerValue } from '../headers.ts'
import type { Reply } from '../message.ts'
import type { Exchange, Step } from '../step.ts'

export interface Traced extends Exchange {
  /** What the caller sent. Set by trace. */
  incoming: Incoming
  /** Absent when tracing is off or the request is not traced. Set by trace. */
  span: Span | undefined
}

/** How the spans of a server are named and described. */
export interface SpanDescription<X> {
  readonly kind: SpanKind
  /**
   * Its first name; `undefined` leaves the request untraced.
   * @param byRules the Configuration's rules decide about every request, health checks too
   */
  name(x: X, byRules: boolean): string | undefined
  /** Fills in what rules ask for. Called only if there are rules. */
  operation(x: X, into: Operation): void
  /** Adds attributes. Called for recorded spans only, when the head of the reply is known. */
  describe(x: X, span: Span, reply: Reply): void
}

/**
 * Reads the context, decides once, opens the span, and hands the context back in the answer if `answers`
 * (a caller is told its own sidecar's span, not that of the callee's).
 * The span ends with the last byte; daprd's ends before the first.
 */
export const trace = <X extends Traced>(
  tracer: Tracer,
  description: SpanDescription<X>,
  options: { readonly answers: boolean },
): Step<X> => {
  // Filled in anew for each request, since the decision is made before anything else happens: whoever is not
  // sampled costs no record.
  const start = {
    incoming: NO_CONTEXT,
    name: '',
    kind: description.kind,
    headers: [] as readonly string[],
    isFromPeer: !options.answers,
    operation: createOperation(),
  }
  return {
    name: 'trace',
    enter(x) {
      const byRules = tracer.readsOperation()
      const name = description.name(x, byRules)
      if (name === undefined) return undefined
      start.name = name
      start.headers = x.request.headers
      start.incoming = extract(start.headers)
      if (byRules) description.operation(x, start.operation)
      const span = tracer.start(start)
      if (span === undefined) return undefined
      x.incoming = start.incoming
      x.span = span
      return undefined
    },
    leave(x, reply) {
      const { span } = x
      if (span === undefined) return undefined
      if (span.recorded) {
        description.describe(x, span, reply)
        describeDecision(span)
        if (reply.status >= 400) span.fail(describeStatus(reply.status))
      }
      return options.answers ? withContext(reply, span, x.incoming) : undefined
    },
    done(x, outcome) {
      if (outcome.aborted) x.span?.fail('the client left or the answer broke off')
      x.span?.end()
    },
  }
}

/**
 * Who decided, and with what probability: on the span where it was decided, not on those that follow. Dapr's
 * own sampler has no threshold, and its spans stay as Dapr's users know them.
 */
function describeDecision(span: Span): void {
  const { sampled, rule, threshold } = span.decision
  if (!sampled || rule === 'parent' || (rule === 'rate' && threshold === undefined)) return
  span.set(attributes.samplingRule, rule)
  span.set(attributes.samplingThreshold, threshold && formatThreshold(threshold))
}

/** No baggage, no context: what an exchange holds before trace has run. */
export const UNTRACED: Pick<Traced, 'incoming' | 'span'> = { incoming: NO_CONTEXT, span: undefined }

/** daprd's wording: `Code(404): Not Found`. */
const describeStatus = (status: number): string =>
  `Code(${status}): ${STATUS_CODES[status] ?? 'Unknown'}`

/** An app that answers with a `traceparent` of its own keeps it. */
function withContext(reply: Reply, span: Span, incoming: Incoming): Reply {
  const headers = [...reply.headers]
  if (headerValue(headers, 'traceparent') === undefined) {
    headers.push('Traceparent', formatTraceparent(span.context))
    if (span.context.traceState !== undefined) headers.push('Tracestate', span.context.traceState)
  }
  const { announce } = span.decision
  if (announce !== undefined) headers.push(announce, span.context.traceId)
  if (incoming.baggage !== undefined && headerValue(headers, 'baggage') === undefined)
    headers.push('Baggage', incoming.baggage)
  return { ...reply, headers }
}
