import { messageOf } from '../../../base/fault.ts'
import { apiFault } from '../../../net/index.ts'
import type { Handler } from '../../exchange.ts'
import { jsonReply } from '../replies.ts'
import { decodeParam, queryMetadata } from '../request-parts.ts'
import { isSecretAllowed, type SecretParts, secretStoreOf } from './secret-parts.ts'

/** `GET /v1.0/secrets/{store}/{key}`: its values by key. One that is not there is a 500, as in Dapr. */
export const getSecret =
  (parts: SecretParts): Handler =>
  async (x) => {
    const { component, block } = secretStoreOf(parts, x)
    const named = { key: decodeParam(x.params.key), store: component.name }
    if (!isSecretAllowed(parts.configuration(), component.name, named.key))
      throw apiFault('ERR_PERMISSION_DENIED', named)
    const metadata = queryMetadata(x.request.query)
    const secret = await parts.calls
      .run(x.span, component, 'get', () => block.get(named.key, metadata))
      .catch((error) => {
        throw apiFault('ERR_SECRET_GET', { ...named, reason: messageOf(error) }, error)
      })
    if (secret === undefined)
      throw apiFault('ERR_SECRET_GET', { ...named, reason: `secret ${named.key} not found` })
    return jsonReply(secret)
  }
