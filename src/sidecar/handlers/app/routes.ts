import type { ApiRoute, Handler } from '../../exchange.ts'
import { appDocs } from './docs.ts'

/** What an app tells of itself, to its own sidecar. */
export const appRoutes = (handlers: {
  readonly putApp: Handler
  readonly postTraces: Handler
}): readonly ApiRoute[] => [
  {
    method: 'PUT',
    template: '/sidelight/v1/app',
    group: 'sidelight',
    operation: 'app.put',
    handler: handlers.putApp,
    own: true,
    doc: appDocs.app,
  },
  {
    method: 'POST',
    template: '/v1/traces',
    group: 'sidelight',
    operation: 'traces.post',
    handler: handlers.postTraces,
    own: true,
    doc: appDocs.traces,
  },
]
