import { messageOf } from '../../../base/fault.ts'
import type { StateOperation } from '../../../components/state/index.ts'
import { apiFault } from '../../../net/index.ts'
import type { Handler } from '../../exchange.ts'
import type { BlockParts } from '../block-parts.ts'
import { NO_CONTENT } from '../replies.ts'
import { fieldsOf, malformed, metadataOf, queryMetadata, readJson } from '../request-parts.ts'
import { readItem, toDelete, toWrite } from './state-item.ts'
import { storedKeyOf, storeOf } from './state-parts.ts'

/** `POST /v1.0/state/{store}/transaction`: all or nothing. Whatever goes wrong in the store is a 500, as in Dapr. */
export const transactState =
  (parts: BlockParts): Handler =>
  async (x) => {
    const hosted = storeOf(parts, x)
    const { component, block } = hosted
    if (!block.features.has('TRANSACTIONAL'))
      throw apiFault('ERR_STATE_STORE_NOT_SUPPORTED', { name: component.name })
    const body = fieldsOf(await readJson(x.request, parts.maxBodyBytes), 'the body')
    const raw = body.operations ?? []
    if (!Array.isArray(raw)) throw malformed('operations is an array')
    const metadata = {
      ...metadataOf(body.metadata, 'metadata'),
      ...queryMetadata(x.request.query),
    }
    const operations = raw.map((each): StateOperation => {
      const { operation, request } = fieldsOf(each, 'an operation')
      const item = readItem(request, (reason) => apiFault('ERR_STATE_TRANSACTION', { reason }))
      const key = storedKeyOf(parts, hosted, item.key)
      if (operation === 'upsert') return { kind: 'upsert', write: toWrite(item, key) }
      if (operation === 'delete') return { kind: 'delete', key, options: toDelete(item) }
      throw apiFault('ERR_NOT_SUPPORTED_STATE_OPERATION', { operation: String(operation) })
    })
    if (operations.length === 0) return NO_CONTENT
    await parts.calls
      .run(x.span, component, 'transaction', () => block.transact(operations, metadata))
      .catch((error) => {
        throw apiFault('ERR_STATE_TRANSACTION', { reason: messageOf(error) }, error)
      })
    return NO_CONTENT
  }
