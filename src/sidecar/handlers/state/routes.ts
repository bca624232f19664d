import type { ApiRoute, Handler } from '../../exchange.ts'
import type { RouteDoc } from '../../openapi/route-doc.ts'
import type { BlockParts } from '../block-parts.ts'
import { bulkGetState } from './bulk-get-state.ts'
import { deleteState } from './delete-state.ts'
import { stateDocs } from './docs.ts'
import { getState } from './get-state.ts'
import { queryState } from './query-state.ts'
import { setState } from './set-state.ts'
import { transactState } from './transact-state.ts'

/** @see dapr `pkg/api/http/http.go` constructStateEndpoints */
export const stateRoutes = (parts: BlockParts): readonly ApiRoute[] => [
  state('GET', '/{key}', 'state.get', getState(parts), stateDocs.get),
  state('DELETE', '/{key}', 'state.delete', deleteState(parts), stateDocs.delete),
  ...['POST', 'PUT'].flatMap((method) => [
    state(method, '', 'state.set', setState(parts), stateDocs.save),
    state(method, '/bulk', 'state.bulk_get', bulkGetState(parts), stateDocs.bulkGet),
    state(method, '/transaction', 'state.transaction', transactState(parts), stateDocs.transaction),
    {
      ...state(method, '/query', 'state.query', queryState(parts), stateDocs.query),
      template: '/v1.0-alpha1/state/{store}/query',
    },
  ]),
]

const state = (
  method: string,
  below: string,
  operation: string,
  handler: Handler,
  doc: RouteDoc,
): ApiRoute => ({
  method,
  template: `/v1.0/state/{store}${below}`,
  group: 'state',
  operation,
  handler,
  secretParams: ['key'],
  doc,
})
