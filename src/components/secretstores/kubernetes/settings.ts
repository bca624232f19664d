import { settings } from '../../index.ts'

export const kubernetesSettings = {
  defaultNamespace: settings.text('Namespace of the secrets. Empty: that of the sidecar.'),
  kubeconfigPath: settings.text('Kubeconfig file. Empty: the service account of the pod.'),
} as const
