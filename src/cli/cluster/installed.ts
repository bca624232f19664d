import { type KubeClient, type KubeObject, kinds } from '../../kube/index.ts'
import { BUNDLE_LABEL } from './bundle.ts'

/** What of the two is in a cluster. */
export interface Installed {
  readonly sidelight: Program | undefined
  readonly dapr: Program | undefined
  /** Definitions of `dapr.io` that are not Sidelight's, for example of a Dapr that was there once. */
  readonly foreignDefinitions: readonly string[]
}

export interface Program {
  readonly namespace: string
  /** As its label says; empty when it does not. */
  readonly version: string
}

const [LABEL = '', VALUE] = BUNDLE_LABEL.split('=')

/** @throws Fault `ERR_KUBE_…` */
export async function findInstalled(client: KubeClient): Promise<Installed> {
  const [sidelight, dapr, definitions] = await Promise.all([
    client.list(kinds.deployment, { labelSelector: 'app=sidelight-operator' }),
    client.list(kinds.deployment, { labelSelector: 'app=dapr-operator' }),
    client.list(kinds.definition, {}, 'metadata'),
  ])
  return {
    sidelight: programOf(sidelight.items),
    dapr: programOf(dapr.items),
    foreignDefinitions: definitions.items
      .filter(({ metadata }) => metadata.name.endsWith('.dapr.io'))
      .filter(({ metadata }) => metadata.labels?.[LABEL] !== VALUE)
      .map(({ metadata }) => metadata.name),
  }
}

const programOf = ([found]: readonly KubeObject[]): Program | undefined =>
  found && {
    namespace: found.metadata.namespace ?? '',
    version: found.metadata.labels?.['app.kubernetes.io/version'] ?? '',
  }
