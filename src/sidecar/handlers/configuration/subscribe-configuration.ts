import { messageOf } from '../../../base/fault.ts'
import { apiFault } from '../../../net/index.ts'
import type { Handler } from '../../exchange.ts'
import { jsonReply } from '../replies.ts'
import { queryMetadata } from '../request-parts.ts'
import {
  type ConfigurationParts,
  configurationStoreOf,
  queryKeys,
  shownKeys,
} from './configuration-parts.ts'

/** `GET /v1.0/configuration/{store}/subscribe?key=a`: from now on the app is told of changes. The id ends it. */
export const subscribeConfiguration =
  (parts: ConfigurationParts): Handler =>
  async (x) => {
    const hosted = configurationStoreOf(parts, x)
    if (!parts.hasApp) throw apiFault('ERR_APP_CHANNEL_NIL')
    const { component } = hosted
    const keys = queryKeys(x.request.query)
    const metadata = queryMetadata(x.request.query)
    const id = await parts.calls
      .run(x.span, component, 'subscribe', () =>
        parts.subscriptions.subscribe(hosted, keys, metadata),
      )
      .catch((error) => {
        const params = { keys: shownKeys(keys), store: component.name, reason: messageOf(error) }
        throw apiFault('ERR_CONFIGURATION_SUBSCRIBE', params, error)
      })
    return jsonReply({ id })
  }
