import { messageOf } from '../../../base/fault.ts'
import type { StateRecord } from '../../../components/state/index.ts'
import type { Handler } from '../../exchange.ts'
import type { BlockParts } from '../block-parts.ts'
import { jsonReply } from '../replies.ts'
import { fieldsOf, malformed, metadataOf, queryMetadata, readJson } from '../request-parts.ts'
import { storedKeyOf, storeOf } from './state-parts.ts'

const PARALLELISM = 10
const MAX_PARALLELISM = 100

/** `POST /v1.0/state/{store}/bulk`: one entry a key, in their order; one that failed says so for itself. */
export const bulkGetState =
  (parts: BlockParts): Handler =>
  async (x) => {
    const hosted = storeOf(parts, x)
    const body = fieldsOf(await readJson(x.request, parts.maxBodyBytes), 'the body')
    const keys = body.keys ?? []
    if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string'))
      throw malformed('keys is an array of texts')
    const metadata = {
      ...metadataOf(body.metadata, 'metadata'),
      ...queryMetadata(x.request.query),
    }
    const wanted = keys.map((key) => ({ key, storedKey: storedKeyOf(parts, hosted, key) }))
    const lanes = Math.min(
      MAX_PARALLELISM,
      typeof body.parallelism === 'number' && body.parallelism > 0
        ? Math.trunc(body.parallelism)
        : PARALLELISM,
    )
    const entries: object[] = []
    if (wanted.length === 0) return jsonReply(entries)
    const { component, block } = hosted
    await parts.calls.run(x.span, component, 'bulk_get', async () => {
      let next = 0
      const lane = async (): Promise<void> => {
        for (let i = next++; i < wanted.length; i = next++) {
          const { key, storedKey } = wanted[i] as (typeof wanted)[number]
          try {
            const record = await block.get(storedKey, { consistency: undefined, metadata })
            entries[i] = { key, ...(record && entryOf(record)) }
          } catch (error) {
            entries[i] = { key, error: messageOf(error) }
          }
        }
      }
      await Promise.all(Array.from({ length: Math.min(lanes, wanted.length) }, lane))
    })
    return jsonReply(entries)
  }

const entryOf = ({ value, etag, expiresMs }: StateRecord) => ({
  data: parseValue(Buffer.from(value).toString()),
  ...(etag === undefined ? {} : { etag }),
  ...(expiresMs === undefined
    ? {}
    : { metadata: { ttlExpireTime: new Date(expiresMs).toISOString() } }),
})

/** What was stored over gRPC may be no JSON: it is shown as a text. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
