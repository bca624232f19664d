import type { Driver } from '../../index.ts'
import type { SecretStore } from '../contract.ts'
import { openAccess } from './access.ts'
import { kubernetesSettings } from './settings.ts'
import { KubernetesStore } from './store.ts'

export { hasServiceAccount } from './access.ts'

/** @see dapr components-contrib `secretstores/kubernetes` */
export const kubernetesDriver: Driver<SecretStore, typeof kubernetesSettings> = {
  type: 'secretstores.kubernetes',
  versions: ['v1'],
  doc: 'Reads the Secrets of Kubernetes, as the service account of the pod: each has several values. It needs a Role with get on secrets, and list for all at once.',
  settings: kubernetesSettings,
  async open({ kubeconfigPath, defaultNamespace }, { env, namespace, clock }) {
    const access = await openAccess(kubeconfigPath || undefined, env)
    return new KubernetesStore(access, defaultNamespace || namespace, clock)
  },
}
