import { REPORT_PATH } from '../wire/sidecar-report.ts'
import type { ApiRoute, Handler, Route } from './exchange.ts'
import { coreDocs } from './handlers/core-docs.ts'
import { RELEASE_PATH } from './keep/release-notifier.ts'

export interface Handlers {
  readonly getHealthz: Handler
  readonly getHealthzOutbound: Handler
  readonly getMetadata: Handler
  readonly putMetadata: Handler
  readonly getOpenApi: Handler
  readonly postShutdown: Handler
}

/**
 * The API as data, together with the routes of the building blocks: the router, spans, metrics, allow lists, the token
 * check and the OpenAPI document read the same table.
 *
 * @see dapr `pkg/api/http/endpoints`
 */
export const createRoutes = (
  handlers: Handlers,
  blocks: readonly ApiRoute[],
): readonly ApiRoute[] => [
  {
    method: '*',
    template: '/v1.0/invoke/{target...}',
    group: 'invoke',
    operation: 'invoke',
    doc: coreDocs.invoke,
  },
  {
    method: 'GET',
    template: '/v1.0/healthz',
    group: 'healthz',
    operation: 'healthz.get',
    handler: handlers.getHealthz,
    open: true,
    public: true,
    doc: coreDocs.healthz,
  },
  {
    method: 'GET',
    template: '/v1.0/healthz/outbound',
    group: 'healthz',
    operation: 'healthz.outbound.get',
    handler: handlers.getHealthzOutbound,
    open: true,
    public: true,
    doc: coreDocs.healthzOutbound,
  },
  {
    method: 'GET',
    template: '/v1.0/metadata',
    group: 'metadata',
    operation: 'metadata.get',
    handler: handlers.getMetadata,
    public: true,
    doc: coreDocs.metadata,
  },
  {
    method: 'PUT',
    template: '/v1.0/metadata/{key}',
    group: 'metadata',
    operation: 'metadata.put',
    handler: handlers.putMetadata,
    public: true,
    doc: coreDocs.putMetadata,
  },
  {
    method: 'GET',
    template: '/v1.0/openapi.json',
    group: 'metadata',
    operation: 'openapi.get',
    handler: handlers.getOpenApi,
    doc: coreDocs.openApi,
  },
  {
    method: 'POST',
    template: '/v1.0/shutdown',
    group: 'shutdown',
    operation: 'shutdown.post',
    handler: handlers.postShutdown,
    doc: coreDocs.shutdown,
  },
  ...blocks,
]

/** The port for peers besides invocation: what sidecars say among themselves. */
export const createPeerRoutes = (handlers: {
  readonly postRelease: Handler
  readonly getReport: Handler
}): readonly Route[] => [
  {
    method: 'POST',
    template: RELEASE_PATH,
    group: 'sidelight',
    operation: 'release.post',
    handler: handlers.postRelease,
  },
  {
    method: 'GET',
    template: REPORT_PATH,
    group: 'sidelight',
    operation: 'report.get',
    handler: handlers.getReport,
  },
]

/** What an unknown path is: an attempt to invoke, as in Dapr. Never the raw path, which has no bound. */
export const UNMATCHED = 'unmatched'
