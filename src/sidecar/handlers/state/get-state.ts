import { messageOf } from '../../../base/fault.ts'
import type { Consistency } from '../../../components/state/index.ts'
import { apiFault } from '../../../net/index.ts'
import type { Handler } from '../../exchange.ts'
import type { BlockParts } from '../block-parts.ts'
import { NO_CONTENT } from '../replies.ts'
import { decodeParam, queryMetadata } from '../request-parts.ts'
import { storedKeyOf, storeOf } from './state-parts.ts'

/** `GET /v1.0/state/{store}/{key}`: the bytes as they are stored; 204 for a key that is not there. */
export const getState =
  (parts: BlockParts): Handler =>
  async (x) => {
    const hosted = storeOf(parts, x)
    const key = decodeParam(x.params.key)
    const storedKey = storedKeyOf(parts, hosted, key)
    const options = {
      consistency: (new URLSearchParams(x.request.query).get('consistency') || undefined) as
        | Consistency
        | undefined,
      metadata: queryMetadata(x.request.query),
    }
    const { component, block } = hosted
    const record = await parts.calls
      .run(x.span, component, 'get', () => block.get(storedKey, options))
      .catch((error) => {
        const reason = messageOf(error)
        throw apiFault('ERR_STATE_GET', { key, name: component.name, reason }, error)
      })
    if (record === undefined) return NO_CONTENT
    return {
      status: 200,
      headers: [
        'Content-Type',
        'application/json',
        ...(record.etag === undefined ? [] : ['ETag', record.etag]),
        ...(record.expiresMs === undefined
          ? []
          : ['metadata.ttlExpireTime', new Date(record.expiresMs).toISOString()]),
      ],
      body: record.value,
    }
  }
