import type { StreamedResource } from '../../wire/operator-stream.ts'

/** As in Dapr, every app in a cluster has it; a Component of that name goes before. [dapr: pkg/runtime] */
export function withSecretStore(
  resources: readonly StreamedResource[],
  namespace: string,
): readonly StreamedResource[] {
  const isNamed = ({ kind, metadata }: StreamedResource): boolean =>
    kind === 'Component' && metadata.name === 'kubernetes'
  if (resources.some(isNamed)) return resources
  return [
    ...resources,
    {
      apiVersion: 'dapr.io/v1alpha1',
      kind: 'Component',
      metadata: { name: 'kubernetes', namespace, generation: 0 },
      spec: { type: 'secretstores.kubernetes', version: 'v1', ignoreErrors: true, metadata: [] },
    },
  ]
}
