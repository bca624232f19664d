import type { DriverTable } from '../index.ts'
import type { SecretStore } from './contract.ts'

export const secretDrivers: DriverTable<SecretStore> = {
  'secretstores.local.file': {
    load: async () => (await import('./local-file/index.ts')).localFileDriver,
  },
  'secretstores.local.env': {
    load: async () => (await import('./local-env/index.ts')).localEnvDriver,
  },
  'secretstores.kubernetes': {
    load: async () => (await import('./kubernetes/index.ts')).kubernetesDriver,
  },
}
