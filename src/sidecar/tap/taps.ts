import type { Clock } from '../../base/clock.ts'
import {
  apiFault,
  BodyBuffer,
  type BodyStream,
  headerValue,
  type Outcome,
} from '../../net/index.ts'
import type { TapRequest } from '../../policy/index.ts'
import { type MetricsRegistry, type Span, tapMetrics } from '../../telemetry/index.ts'
import type { TapEvent, TapLine } from '../../wire/tap-event.ts'
import type { SidecarExchange } from '../exchange.ts'
import { shownPath } from '../telemetry/span-description.ts'

/** Those who watch requests live. Nobody watching costs one comparison a request; nobody is ever waited for. */
export interface Taps {
  /** @throws Fault `ERR_TAP_BUSY` */
  open(request: TapRequest): BodyStream
  /** A request on the API or public port has ended. */
  api(x: SidecarExchange, outcome: Outcome, durationMs: number): void
  /** A request of a peer has ended. */
  peer(x: SidecarExchange, outcome: Outcome, durationMs: number): void
  /** The app has been handed a message or an event. */
  event(of: HandedEvent): void
  /** Ends all of them. */
  close(): void
}

export interface HandedEvent {
  readonly api: 'subscribe' | 'bindings'
  readonly component: string
  readonly path: string
  readonly outcome: string
  readonly durationMs: number
  readonly span: Span | undefined
}

interface Tap extends TapRequest {
  readonly body: BodyBuffer
  /** Sent in this second. */
  sent: number
  skipped: number
  /** Its reader does not keep up: what comes is counted. */
  isFull: boolean
}

const MAX_TAPS = 8
const SECOND_MS = 1_000

export function createTaps(parts: {
  readonly appId: string
  readonly clock: Clock
  readonly registry: MetricsRegistry
}): Taps {
  const { appId: app, clock, registry } = parts
  const taps = new Set<Tap>()
  const open = registry.gauge(tapMetrics.open).with({})
  const events = registry.counter(tapMetrics.events)
  const sent = events.with({ outcome: 'sent' })
  const skipped = events.with({ outcome: 'skipped' })
  open.set(0)
  let cancelTick: (() => void) | undefined

  const write = (tap: Tap, line: TapLine): void => {
    if (!tap.body.push(Buffer.from(`${JSON.stringify(line)}\n`))) tap.isFull = true
  }
  const tick = (): void => {
    for (const tap of taps) {
      if (!tap.isFull) {
        write(tap, { skipped: tap.skipped })
        tap.skipped = 0
      }
      tap.sent = 0
    }
    cancelTick = taps.size === 0 ? undefined : clock.after(SECOND_MS, tick)
  }
  const forget = (tap: Tap): void => {
    taps.delete(tap)
    open.set(taps.size)
  }
  const tell = (event: TapEvent): void => {
    for (const tap of taps) {
      if (!tap.matches(event)) continue
      if (tap.isFull || tap.sent >= tap.max) {
        tap.skipped++
        skipped.inc()
        continue
      }
      tap.sent++
      sent.inc()
      write(tap, event)
    }
  }
  const common = (durationMs: number, span: Span | undefined) => ({
    startUs: Math.round(clock.nowUs() - durationMs * 1_000),
    durationUs: Math.round(durationMs * 1_000),
    app,
    sampled: span?.decision.sampled ?? false,
    ...(span === undefined ? {} : { traceId: span.context.traceId }),
  })
  const request = (
    x: SidecarExchange,
    { status, responseBytes }: Outcome,
    durationMs: number,
    more: Pick<TapEvent, 'way' | 'peer' | 'api'>,
  ): TapEvent => ({
    ...common(durationMs, x.span),
    ...more,
    method: x.request.method,
    path: x.target === undefined ? shownPath(x) : `/${x.target.method}`,
    status: String(status),
    failed: status >= 500,
    ...(x.request.contentLength === undefined ? {} : { requestBytes: x.request.contentLength }),
    responseBytes,
  })

  return {
    open(asked) {
      if (taps.size >= MAX_TAPS) throw apiFault('ERR_TAP_BUSY', { limit: MAX_TAPS })
      const tap: Tap = {
        ...asked,
        body: new BodyBuffer(
          () => {
            tap.isFull = false
          },
          () => forget(tap),
        ),
        sent: 0,
        skipped: 0,
        isFull: false,
      }
      taps.add(tap)
      open.set(taps.size)
      // At once, so that whoever asks sees that it is open.
      write(tap, { skipped: 0 })
      cancelTick ??= clock.after(SECOND_MS, tick)
      return tap.body
    },
    api(x, outcome, durationMs) {
      // What is about the sidecar itself, taps among it, is no request of the app.
      if (taps.size === 0 || x.route?.own === true) return
      const peer = x.target?.name ?? x.params.store ?? x.params.pubsub ?? x.params.name ?? ''
      const api = x.route?.group ?? 'invoke'
      tell(request(x, outcome, durationMs, { way: 'out', peer, api }))
    },
    peer(x, outcome, durationMs) {
      if (taps.size === 0 || x.route !== undefined) return
      const peer = headerValue(x.request.headers, 'dapr-caller-app-id') ?? ''
      tell(request(x, outcome, durationMs, { way: 'in', peer, api: 'invoke' }))
    },
    event({ api, component, path, outcome, durationMs, span }) {
      if (taps.size === 0) return
      tell({
        ...common(durationMs, span),
        way: 'event',
        peer: component,
        api,
        method: 'POST',
        path,
        status: outcome,
        failed: outcome !== 'success',
      })
    },
    close() {
      cancelTick?.()
      cancelTick = undefined
      for (const tap of taps) tap.body.finish()
      taps.clear()
      open.set(0)
    },
  }
}
