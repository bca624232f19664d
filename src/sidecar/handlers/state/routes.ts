import type { Handler, Route } from '../../exchange.ts'
import type { BlockParts } from '../block-parts.ts'
import { bulkGetState } from './bulk-get-state.ts'
import { deleteState } from './delete-state.ts'
import { getState } from './get-state.ts'
import { queryState } from './query-state.ts'
import { setState } from './set-state.ts'
import { transactState } from './transact-state.ts'

/** @see dapr `pkg/api/http/http.go` constructStateEndpoints */
export const stateRoutes = (parts: BlockParts): readonly Route[] => [
  state('GET', '/{key}', 'state.get', getState(parts)),
  state('DELETE', '/{key}', 'state.delete', deleteState(parts)),
  ...['POST', 'PUT'].flatMap((method) => [
    state(method, '', 'state.set', setState(parts)),
    state(method, '/bulk', 'state.bulk_get', bulkGetState(parts)),
    state(method, '/transaction', 'state.transaction', transactState(parts)),
    {
      ...state(method, '/query', 'state.query', queryState(parts)),
      template: '/v1.0-alpha1/state/{store}/query',
    },
  ]),
]

const state = (method: string, below: string, operation: string, handler: Handler): Route => ({
  method,
  template: `/v1.0/state/{store}${below}`,
  group: 'state',
  operation,
  handler,
  secretParams: ['key'],
})
