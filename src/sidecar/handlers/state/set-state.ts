import { apiFault } from '../../../net/index.ts'
import type { Handler } from '../../exchange.ts'
import type { BlockParts } from '../block-parts.ts'
import { NO_CONTENT } from '../replies.ts'
import { malformed, queryMetadata, readJson } from '../request-parts.ts'
import { type Refuse, readItem, toWrite } from './state-item.ts'
import { storedKeyOf, storeOf, writeFault } from './state-parts.ts'

/**
 * `POST /v1.0/state/{store}`: items are saved one by one, not as a whole. The first that fails, in their order,
 * decides about the answer; all of them have been tried.
 */
export const setState =
  (parts: BlockParts): Handler =>
  async (x) => {
    const hosted = storeOf(parts, x)
    const body = await readJson(x.request, parts.maxBodyBytes)
    if (!Array.isArray(body)) throw malformed('the body is an array of items')
    const common = queryMetadata(x.request.query)
    const refuse: Refuse = (reason) =>
      apiFault('ERR_STATE_SAVE', { name: hosted.component.name, reason })
    const items = body
      .map((raw) => readItem(raw, refuse))
      .map((item) => ({
        ...item,
        metadata: { ...item.metadata, ...common },
      }))
    const writes = items.map((item) => toWrite(item, storedKeyOf(parts, hosted, item.key)))
    if (writes.length === 0) return NO_CONTENT
    const { component, block } = hosted
    await parts.calls
      .run(x.span, component, 'set', async () => {
        const results = await Promise.allSettled(writes.map((write) => block.set(write)))
        const failed = results.find((result) => result.status === 'rejected')
        if (failed !== undefined) throw failed.reason
      })
      .catch((error) => {
        throw writeFault('ERR_STATE_SAVE', { name: component.name }, error)
      })
    return NO_CONTENT
  }
