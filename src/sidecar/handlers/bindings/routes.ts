import type { ApiRoute } from '../../exchange.ts'
import type { BlockParts } from '../block-parts.ts'
import { bindingDocs } from './docs.ts'
import { invokeBinding } from './invoke-binding.ts'

/** @see dapr `pkg/api/http/http.go` constructBindingsEndpoints */
export const bindingRoutes = (parts: BlockParts): readonly ApiRoute[] =>
  ['POST', 'PUT'].map((method) => ({
    method,
    template: '/v1.0/bindings/{name}',
    group: 'bindings',
    operation: 'bindings.post',
    handler: invokeBinding(parts),
    doc: bindingDocs.invoke,
  }))
