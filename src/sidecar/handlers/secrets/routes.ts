import type { ApiRoute } from '../../exchange.ts'
import { bulkGetSecrets } from './bulk-get-secrets.ts'
import { secretDocs } from './docs.ts'
import { getSecret } from './get-secret.ts'
import type { SecretParts } from './secret-parts.ts'

/**
 * The name of a secret is shown as Dapr shows it: it is no secret.
 *
 * @see dapr `pkg/api/http/secrets.go`
 */
export const secretRoutes = (parts: SecretParts): readonly ApiRoute[] => [
  {
    method: 'GET',
    template: '/v1.0/secrets/{store}/bulk',
    group: 'secrets',
    operation: 'secrets.bulk_get',
    handler: bulkGetSecrets(parts),
    doc: secretDocs.bulkGet,
  },
  {
    method: 'GET',
    template: '/v1.0/secrets/{store}/{key}',
    group: 'secrets',
    operation: 'secrets.get',
    handler: getSecret(parts),
    doc: secretDocs.get,
  },
]
