import { type SecretStore, secretDrivers } from '../../src/components/secretstores/index.ts'
import { type OpenBlockOptions, openBlock } from './open-block.ts'

/** A secret store as the sidecar opens one: by its type and a Component's metadata. */
export const openSecretStore = (
  type: string,
  metadata: Readonly<Record<string, string>> = {},
  options: OpenBlockOptions = {},
): Promise<SecretStore> => openBlock(secretDrivers, type, metadata, options)
