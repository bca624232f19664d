import { messageOf } from '../../../base/fault.ts'
import { formatError } from '../../../wire/error-codes.ts'
import type { Handler } from '../../exchange.ts'
import { jsonReply } from '../replies.ts'
import { decodeParam } from '../request-parts.ts'
import { type ConfigurationParts, configurationStoreOf } from './configuration-parts.ts'

/** `GET /v1.0/configuration/{store}/{id}/unsubscribe`. Dapr's answer to a failure has no error code. */
export const unsubscribeConfiguration =
  (parts: ConfigurationParts): Handler =>
  async (x) => {
    const { component } = configurationStoreOf(parts, x)
    const id = decodeParam(x.params.id)
    try {
      await parts.calls.run(x.span, component, 'unsubscribe', () =>
        parts.subscriptions.unsubscribe(component.name, id),
      )
      return jsonReply({ ok: true })
    } catch (error) {
      const message = formatError('ERR_CONFIGURATION_UNSUBSCRIBE', { id, reason: messageOf(error) })
      return { ...jsonReply({ message }), status: 500 }
    }
  }
