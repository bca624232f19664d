import type { ApiRoute } from '../../exchange.ts'
import { publishDocs } from './docs.ts'
import { type PublishHandlerParts, publish } from './publish.ts'

/** @see dapr `pkg/api/http/http.go` constructPubSubEndpoints */
export const publishRoutes = (parts: PublishHandlerParts): readonly ApiRoute[] =>
  ['POST', 'PUT'].map((method) => ({
    method,
    template: '/v1.0/publish/{pubsub}/{topic...}',
    group: 'publish',
    operation: 'publish.post',
    handler: publish(parts),
    doc: publishDocs.publish,
  }))
