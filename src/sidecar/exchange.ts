import {
  type Measured,
  type Reply,
  type Request,
  type RouteTemplate,
  type Traced,
  UNTRACED,
} from '../net/index.ts'
import type { KeepLink, Span } from '../telemetry/index.ts'
import type { RouteDoc } from './openapi/route-doc.ts'

/** One request on its way. A field is set by the step named beside it and read by those after it. */
export interface SidecarExchange extends Traced, Measured {
  /** extend: what the handlers of a pipeline have made of it. */
  request: Request
  /** trace */
  span: Span | undefined
  /** identify */
  route: Route | undefined
  /** identify: still percent-encoded. */
  params: Readonly<Record<string, string>>
  /** keep: the sidecar of the caller, if it keeps traces. */
  callerLink: KeepLink | undefined
  /** watch: a call without context while the app serves a request that has one. */
  isContextLost: boolean
  /** resolve */
  target: Target | undefined
  /** forward: when the request left for the target, and when the head of its answer came. */
  sentMs: number | undefined
  answeredMs: number | undefined
  /** forward: gives back what the call holds, called when the exchange is done. */
  release: (() => void) | undefined
  /** forward: the app has been handed the request, and is at work until this is called. */
  served: (() => void) | undefined
}

/** The API groups that a Configuration's `api.allowed` and `api.denied` name. */
export type ApiGroup =
  | 'invoke'
  | 'metadata'
  | 'healthz'
  | 'shutdown'
  | 'state'
  | 'publish'
  | 'bindings'
  | 'secrets'
  | 'configuration'
  | 'lock'
  | 'unlock'
  | 'conversation'
  | 'sidelight'

/** One row of the API's table. */
export interface Route extends RouteTemplate {
  readonly group: ApiGroup
  /** Low-cardinality name of what is done, for example `invoke` or `metadata.get`. */
  readonly operation: string
  /** Absent for invocation, which the rest of the pipeline serves. */
  readonly handler?: Handler
  /** Answers without an API token. */
  readonly open?: true
  /** Parameters of the path that reach no span and no log: they may name people, or have no bound. */
  readonly secretParams?: readonly string[]
  /** Not Dapr's: with `dapr-app-id` its path is an app's, no list of APIs is about it, and it makes no span. */
  readonly own?: true
  /** Its answer lasts until whoever asked goes: how long it took is nobody's latency. */
  readonly live?: true
  /** Served on the public port, too. */
  readonly public?: true
}

/** A route of the API that apps call, as the OpenAPI document shows it. */
export interface ApiRoute extends Route {
  readonly doc: RouteDoc
}

/** Serves one route. @throws Fault of the error catalogue */
export type Handler = (x: SidecarExchange) => Reply | Promise<Reply>

/** Who serves an invocation. */
export interface Target {
  /** `app`: our own app. `peer`: another sidecar. `external`: a URL. */
  readonly kind: 'app' | 'peer' | 'external'
  /** As the caller wrote it, a URL without credentials: a target of a Resiliency is found by it. */
  readonly id: string
  /** App id, or host of the URL: what spans and metrics call it. */
  readonly name: string
  readonly namespace: string
  /** Decoded, without leading slash, for example `orders/7`. */
  readonly method: string
  /** Encoded path and query as they go out. */
  readonly path: string
  /** External targets only. */
  readonly origin: string | undefined
}

export const beginExchange = (request: Request): SidecarExchange => ({
  request,
  onClientGone: undefined,
  incoming: UNTRACED.incoming,
  span: UNTRACED.span,
  startMs: 0,
  headMs: undefined,
  route: undefined,
  params: {},
  callerLink: undefined,
  isContextLost: false,
  target: undefined,
  sentMs: undefined,
  answeredMs: undefined,
  release: undefined,
  served: undefined,
})
