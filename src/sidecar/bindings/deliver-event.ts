import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import type { BindingResponse } from '../../components/bindings/index.ts'
import { canBeHeader } from '../../net/index.ts'
import {
  attributes,
  CONTEXT_HEADERS,
  createOperation,
  extract,
  type Incoming,
  inject,
  type Span,
  type TraceKeeper,
  type Tracer,
  traceFields,
} from '../../telemetry/index.ts'
import type { AppChannel } from '../app-channel.ts'
import { callApp } from '../call-app.ts'
import type { EventMeter } from './event-meter.ts'

export interface EventParts {
  readonly own: { readonly appId: string; readonly namespace: string }
  readonly app: AppChannel
  readonly tracer: Tracer
  readonly keeper: TraceKeeper
  readonly clock: Clock
  /** Says the same thing once in a while: a cron whose app fails does so with every tick. */
  readonly seldomLog: Pick<Logger, 'warning'>
  readonly meter: EventMeter
}

/** As long as daprd waits for an app. */
const TIMEOUT_MS = 60_000

/**
 * Hands one event to the app. Its span is below the context that the event brings; without one, as of a cron, it is a
 * trace of its own. Nothing is sent again: the driver knows whether that would help.
 *
 * @see dapr `pkg/runtime/processor/binding/send.go` sendBindingEventToApp
 */
export async function deliverEvent(
  parts: EventParts,
  binding: { readonly name: string; readonly route: string },
  event: BindingResponse,
  signal: AbortSignal,
): Promise<void> {
  const { app, clock, seldomLog, keeper, meter } = parts
  const { name, route } = binding
  const brought = Object.entries(event.metadata).flat()
  const incoming = extract(brought)
  const span = openSpan(parts, binding, incoming, brought)
  const headers = headersOf(event.metadata, span !== undefined)
  if (span !== undefined) inject(headers, span.context, incoming.baggage)
  const startMs = clock.elapsedMs()
  let failure: string | undefined
  try {
    const request = { method: 'POST', target: route, headers, body: event.data }
    const { status } = await callApp(app, clock, request, { timeoutMs: TIMEOUT_MS, signal })
    if (status < 200 || status > 299) failure = `Code(${status})`
  } catch (error) {
    failure = messageOf(error)
  }
  if (failure !== undefined) {
    seldomLog.warning(`the app has not taken an event: ${failure}`, {
      component: name,
      ...traceFields(span),
    })
    span?.fail(failure)
    if (span?.decision.sampled === false) keeper.keep(span.context.traceId, 'error')
  }
  span?.set(attributes.deliveryOutcome, failure === undefined ? 'success' : 'drop')
  span?.end()
  meter.delivered(name, failure === undefined, clock.elapsedMs() - startMs, span)
}

function headersOf(metadata: BindingResponse['metadata'], isTraced: boolean): string[] {
  const headers = ['Content-Type', 'application/json']
  for (const [name, value] of Object.entries(metadata)) {
    const isOurs = isTraced && CONTEXT_HEADERS.has(name.toLowerCase())
    if (!isOurs && canBeHeader(name, value)) headers.push(name, value)
  }
  return headers
}

/** daprd's tags; it uses `db.connection_string` for another purpose than on the way out. */
function openSpan(
  { tracer, own }: EventParts,
  { name, route }: { readonly name: string; readonly route: string },
  incoming: Incoming,
  headers: readonly string[],
): Span | undefined {
  const operation = createOperation()
  operation.api = 'bindings'
  operation.target = own.appId
  operation.namespace = own.namespace
  operation.method = 'POST'
  operation.path = route
  operation.component = name
  const span = tracer.start({
    incoming,
    name: `bindings/${name}`,
    kind: 'CLIENT',
    headers,
    isFromPeer: true,
    operation,
  })
  span?.set(attributes.daprStore, name)
  span?.set(attributes.rpcService, 'Dapr')
  span?.set(attributes.daprSystem, 'bindings')
  span?.set(attributes.daprConnection, `POST /${name}`)
  span?.set(attributes.component, name)
  return span
}
