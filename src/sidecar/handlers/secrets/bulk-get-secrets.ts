import { messageOf } from '../../../base/fault.ts'
import { apiFault } from '../../../net/index.ts'
import type { Handler } from '../../exchange.ts'
import { jsonReply } from '../replies.ts'
import { queryMetadata } from '../request-parts.ts'
import { isSecretAllowed, type SecretParts, secretStoreOf } from './secret-parts.ts'

/** `GET /v1.0/secrets/{store}/bulk`: all that the app may read; the others are left out. */
export const bulkGetSecrets =
  (parts: SecretParts): Handler =>
  async (x) => {
    const { component, block } = secretStoreOf(parts, x)
    const metadata = queryMetadata(x.request.query)
    const secrets = await parts.calls
      .run(x.span, component, 'bulk_get', () => block.bulkGet(metadata))
      .catch((error) => {
        const params = { store: component.name, reason: messageOf(error) }
        throw apiFault('ERR_SECRET_GET_BULK', params, error)
      })
    const configuration = parts.configuration()
    return jsonReply(
      Object.fromEntries(
        [...secrets].filter(([name]) => isSecretAllowed(configuration, component.name, name)),
      ),
    )
  }
