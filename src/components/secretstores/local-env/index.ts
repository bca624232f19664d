import type { Driver } from '../../index.ts'
import type { SecretStore } from '../contract.ts'
import { localEnvSettings } from './settings.ts'
import { createLocalEnvStore } from './store.ts'

/** @see dapr components-contrib `secretstores/local/env` */
export const localEnvDriver: Driver<SecretStore, typeof localEnvSettings> = {
  type: 'secretstores.local.env',
  versions: ['v1'],
  doc: 'Reads secrets from the environment of the sidecar. `APP_API_TOKEN` and what begins with `DAPR_` are not given away.',
  settings: localEnvSettings,
  open: async ({ prefix }, { env, log }) => createLocalEnvStore(prefix, env, log),
}
