import type { Driver } from '../../index.ts'
import type { SecretStore } from '../contract.ts'
import { localFileSettings } from './settings.ts'
import { LocalFileStore } from './store.ts'

/** @see dapr components-contrib `secretstores/local/file` */
export const localFileDriver: Driver<SecretStore, typeof localFileSettings> = {
  type: 'secretstores.local.file',
  versions: ['v1'],
  doc: 'Reads secrets from a JSON file, for laptops and tests. A change of the file is served at once.',
  settings: localFileSettings,
  open: (settings, { log }) => LocalFileStore.open(settings, log),
}
