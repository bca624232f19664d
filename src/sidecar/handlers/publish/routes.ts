import type { ApiRoute } from '../../exchange.ts'
import { bulkPublish } from './bulk-publish.ts'
import { publishDocs } from './docs.ts'
import { publish } from './publish.ts'
import type { PublishHandlerParts } from './publish-target.ts'

/** @see dapr `pkg/api/http/http.go` constructPubSubEndpoints */
export const publishRoutes = (parts: PublishHandlerParts): readonly ApiRoute[] =>
  ['POST', 'PUT'].flatMap((method) => [
    {
      method,
      template: '/v1.0/publish/{pubsub}/{topic...}',
      group: 'publish' as const,
      operation: 'publish.post',
      handler: publish(parts),
      doc: publishDocs.publish,
    },
    ...['/v1.0', '/v1.0-alpha1'].map((version) => ({
      method,
      template: `${version}/publish/bulk/{pubsub}/{topic...}`,
      group: 'publish' as const,
      operation: 'publish.bulk',
      handler: bulkPublish(parts),
      doc: publishDocs.bulk,
    })),
  ])
