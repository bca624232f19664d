import type { RouteTemplate } from '../net/index.ts'
import type { Handler } from './handlers/handler.ts'

/** The API groups that a Configuration's `api.allowed` and `api.denied` name. */
export type ApiGroup = 'invoke' | 'metadata' | 'healthz' | 'shutdown'

/**
 * The API as data: the router, the operations in spans and metrics, allow lists and the token check read
 * the same table. @see dapr `pkg/api/http/endpoints`
 */
export interface Route extends RouteTemplate {
  readonly group: ApiGroup
  /** Low-cardinality name of what is done, for example `invoke` or `metadata.get`. */
  readonly operation: string
  /** Absent for invocation, which the rest of the pipeline serves. */
  readonly handler?: Handler
  /** Answers without an API token. */
  readonly open?: true
  /** Served on the public port, too. */
  readonly public?: true
}

export interface Handlers {
  readonly getHealthz: Handler
  readonly getHealthzOutbound: Handler
  readonly getMetadata: Handler
  readonly putMetadata: Handler
  readonly postShutdown: Handler
}

export const createRoutes = (handlers: Handlers): readonly Route[] => [
  {
    method: '*',
    template: '/v1.0/invoke/{target...}',
    group: 'invoke',
    operation: 'invoke',
  },
  {
    method: 'GET',
    template: '/v1.0/healthz',
    group: 'healthz',
    operation: 'healthz.get',
    handler: handlers.getHealthz,
    open: true,
    public: true,
  },
  {
    method: 'GET',
    template: '/v1.0/healthz/outbound',
    group: 'healthz',
    operation: 'healthz.outbound.get',
    handler: handlers.getHealthzOutbound,
    open: true,
    public: true,
  },
  {
    method: 'GET',
    template: '/v1.0/metadata',
    group: 'metadata',
    operation: 'metadata.get',
    handler: handlers.getMetadata,
    public: true,
  },
  {
    method: 'PUT',
    template: '/v1.0/metadata/{key}',
    group: 'metadata',
    operation: 'metadata.put',
    handler: handlers.putMetadata,
    public: true,
  },
  {
    method: 'POST',
    template: '/v1.0/shutdown',
    group: 'shutdown',
    operation: 'shutdown.post',
    handler: handlers.postShutdown,
  },
]

/** What an unknown path is: an attempt to invoke, as in Dapr. Never the raw path, which has no bound. */
export const UNMATCHED = 'unmatched'
