import { Fault } from '../../../base/fault.ts'
import type { Driver } from '../../index.ts'
import type { SecretStore } from '../contract.ts'
import { kubernetesSettings } from './settings.ts'

/** @see dapr components-contrib `secretstores/kubernetes` */
export const kubernetesDriver: Driver<SecretStore, typeof kubernetesSettings> = {
  type: 'secretstores.kubernetes',
  versions: ['v1'],
  doc: 'Reads the secrets of Kubernetes. Not served yet: opening it says what is missing.',
  settings: kubernetesSettings,
  async open(_settings, { env }) {
    throw new Fault(
      'SECRETS_UNAVAILABLE',
      env.KUBERNETES_SERVICE_HOST
        ? 'the Kubernetes API is not read yet: mount the secrets as files, and leave auth.secretStore out'
        : 'there is no Kubernetes here (KUBERNETES_SERVICE_HOST is not set): use secretstores.local.file or secretstores.local.env outside of a cluster',
    )
  },
}
