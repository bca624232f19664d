import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import {
  attributes,
  createOperation,
  extract,
  inject,
  type Span,
  type TraceKeeper,
  type Tracer,
  traceFields,
} from '../../telemetry/index.ts'
import type { AppChannel } from '../app-channel.ts'
import { callApp } from '../call-app.ts'
import type { ItemChanges } from './item-watch.ts'
import { shownItem } from './shown-item.ts'

export interface PushParts {
  readonly own: { readonly appId: string; readonly namespace: string }
  readonly app: AppChannel
  readonly tracer: Tracer
  readonly keeper: TraceKeeper
  readonly clock: Clock
  readonly log: Logger
}

export interface Push {
  /** Of the subscription. */
  readonly id: string
  readonly store: string
  readonly items: ItemChanges
}

/** As long as daprd waits for an app. */
const TIMEOUT_MS = 60_000

/**
 * Tells the app of a change: one call for each key, with the whole change in each, as daprd does. What the app does not
 * take is not sent again. Each call is a trace of its own: a change has no caller.
 *
 * @see dapr `pkg/api/http/http.go` updateEventHandler
 */
export async function pushItems(parts: PushParts, push: Push, signal: AbortSignal): Promise<void> {
  const items = [...push.items].map(([key, item]) => [key, shownItem(item)] as const)
  const body = Buffer.from(JSON.stringify({ id: push.id, items: Object.fromEntries(items) }))
  for (const [key] of items) {
    if (signal.aborted) return
    await pushKey(parts, push.store, key, body, signal)
  }
}

async function pushKey(
  parts: PushParts,
  store: string,
  key: string,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const { app, clock, log, keeper } = parts
  const span = openSpan(parts, store)
  const headers = ['Content-Type', 'application/json']
  if (span !== undefined) inject(headers, span.context, undefined)
  const target = `/configuration/${pathOf(store)}/${pathOf(key)}`
  let failure: string | undefined
  try {
    const shownPath = `/configuration/${store}/{key}`
    const request = { method: 'POST', target, headers, body, shownPath }
    const { status } = await callApp(app, clock, request, { timeoutMs: TIMEOUT_MS, signal })
    if (status !== 200) failure = `Code(${status})`
  } catch (error) {
    failure = messageOf(error)
  }
  if (failure !== undefined) {
    log.error(`the app has not taken a changed item: ${failure}`, {
      component: store,
      ...traceFields(span),
    })
    span?.fail(failure)
    if (span?.decision.sampled === false) keeper.keep(span.context.traceId, 'error')
  }
  span?.set(attributes.deliveryOutcome, failure === undefined ? 'success' : 'drop')
  span?.end()
}

/** Keys have no bound: they are in no name. */
function openSpan({ tracer, own }: PushParts, store: string): Span | undefined {
  const operation = createOperation()
  operation.api = 'configuration'
  operation.target = own.appId
  operation.namespace = own.namespace
  operation.method = 'POST'
  operation.path = '/configuration/{store}/{key}'
  operation.component = store
  const span = tracer.start({
    incoming: extract([]),
    name: `configuration/${store}`,
    kind: 'CLIENT',
    headers: [],
    isFromPeer: true,
    operation,
  })
  span?.set(attributes.component, store)
  return span
}

/** A slash in a key stays one, as in daprd. */
const pathOf = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/')
