import { messageOf } from '../../../base/fault.ts'
import { apiFault } from '../../../net/index.ts'
import { shownItem } from '../../configuration/shown-item.ts'
import type { Handler } from '../../exchange.ts'
import { jsonReply, NO_CONTENT } from '../replies.ts'
import { queryMetadata } from '../request-parts.ts'
import {
  type ConfigurationParts,
  configurationStoreOf,
  queryKeys,
  shownKeys,
} from './configuration-parts.ts'

/** `GET /v1.0/configuration/{store}?key=a&key=b`: items by key; 204 when there are none. */
export const getConfiguration =
  (parts: ConfigurationParts): Handler =>
  async (x) => {
    const { component, block } = configurationStoreOf(parts, x)
    const keys = queryKeys(x.request.query)
    const items = await parts.calls
      .run(x.span, component, 'get', () => block.get(keys, queryMetadata(x.request.query)))
      .catch((error) => {
        const params = { keys: shownKeys(keys), store: component.name, reason: messageOf(error) }
        throw apiFault('ERR_CONFIGURATION_GET', params, error)
      })
    if (items.size === 0) return NO_CONTENT
    return jsonReply(Object.fromEntries([...items].map(([key, item]) => [key, shownItem(item)])))
  }
