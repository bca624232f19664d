import type { SecretStore } from '../../../components/secretstores/index.ts'
import type { Configuration } from '../../../resources/index.ts'
import type { Hosted } from '../../components/component-host.ts'
import type { SidecarExchange } from '../../exchange.ts'
import { type BlockParts, hostedOf } from '../block-parts.ts'
import { decodeParam } from '../request-parts.ts'

export interface SecretParts extends BlockParts {
  /** In force now. */
  readonly configuration: () => Configuration
}

/** @throws Fault `ERR_SECRET_STORES_NOT_CONFIGURED`, `ERR_SECRET_STORE_NOT_FOUND` */
export const secretStoreOf = (parts: BlockParts, x: SidecarExchange): Hosted<SecretStore> =>
  hostedOf(parts, 'secretstores', decodeParam(x.params.store), {
    none: 'ERR_SECRET_STORES_NOT_CONFIGURED',
    unknown: 'ERR_SECRET_STORE_NOT_FOUND',
  })

/**
 * Whether the app may read this secret of this store: a list of allowed ones decides alone, then one of denied ones.
 *
 * @see dapr `pkg/config/configuration.go` IsSecretAllowed
 */
export function isSecretAllowed(
  { secrets }: Configuration,
  storeName: string,
  name: string,
): boolean {
  const scope = secrets?.scopes?.find((each) => each.storeName === storeName)
  if (scope === undefined) return true
  const { allowedSecrets = [], deniedSecrets = [], defaultAccess } = scope
  if (allowedSecrets.length > 0) return allowedSecrets.includes(name)
  return !deniedSecrets.includes(name) && defaultAccess !== 'deny'
}
