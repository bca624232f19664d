export type { Secret, SecretFeature, SecretMetadata, SecretStore } from './contract.ts'
export { secretDrivers } from './registry.ts'
