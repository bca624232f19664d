import type { ApiRoute, Handler } from '../../exchange.ts'
import type { RouteDoc } from '../../openapi/route-doc.ts'
import type { BlockParts } from '../block-parts.ts'
import { converse } from './converse.ts'
import { alpha1 } from './converse-alpha1.ts'
import { alpha2 } from './converse-alpha2.ts'
import { conversationDocs } from './docs.ts'

/** @see dapr `pkg/api/http/conversation.go` */
export const conversationRoutes = (parts: BlockParts): readonly ApiRoute[] => [
  conversation('v1.0-alpha1', converse(parts, alpha1), conversationDocs.alpha1),
  conversation('v1.0-alpha2', converse(parts, alpha2), conversationDocs.alpha2),
]

const conversation = (version: string, handler: Handler, doc: RouteDoc): ApiRoute => ({
  method: 'POST',
  template: `/${version}/conversation/{name}/converse`,
  group: 'conversation',
  operation: 'conversation.converse',
  handler,
  doc,
})
