import { apiFault, headerValue } from '../../../net/index.ts'
import type { Handler } from '../../exchange.ts'
import type { BlockParts } from '../block-parts.ts'
import { NO_CONTENT } from '../replies.ts'
import { decodeParam, queryMetadata } from '../request-parts.ts'
import { etagOf, readOptions } from './state-item.ts'
import { storedKeyOf, storeOf, writeFault } from './state-parts.ts'

/** `DELETE /v1.0/state/{store}/{key}`, with the ETag in `If-Match`. A key that is not there is as good as deleted. */
export const deleteState =
  (parts: BlockParts): Handler =>
  async (x) => {
    const hosted = storeOf(parts, x)
    const key = decodeParam(x.params.key)
    const storedKey = storedKeyOf(parts, hosted, key)
    const query = new URLSearchParams(x.request.query)
    const { component, block } = hosted
    const options = {
      etag: etagOf(headerValue(x.request.headers, 'if-match')),
      ...readOptions(
        query.get('concurrency') || undefined,
        query.get('consistency') || undefined,
        (reason) => apiFault('ERR_STATE_DELETE', { key, reason }),
      ),
      metadata: queryMetadata(x.request.query),
    }
    await parts.calls
      .run(x.span, component, 'delete', () => block.delete(storedKey, options))
      .catch((error) => {
        throw writeFault('ERR_STATE_DELETE', { key }, error)
      })
    return NO_CONTENT
  }
