import { codeOf } from '../../base/fault.ts'
import { type KubeClient, type KubeObject, kinds, type ResourceType } from '../../kube/index.ts'
import { findInstalled, type Installed } from './installed.ts'

/** What the doctor looks at. Secrets are none of it. */
export interface ClusterFacts {
  readonly installed: Installed
  /** Of the control plane, with their pods. */
  readonly programs: readonly ProgramFacts[]
  readonly webhook: KubeObject | undefined
  /** Of the kinds that the operator sends, everywhere. */
  readonly resources: readonly KubeObject[]
  readonly workloads: readonly KubeObject[]
  /** That are not finished and not about to go. */
  readonly pods: readonly KubeObject[]
}

export interface ProgramFacts {
  readonly workload: KubeObject
  readonly pods: readonly KubeObject[]
}

const RESOURCES: readonly ResourceType[] = [
  kinds.configuration,
  kinds.component,
  kinds.subscription,
  kinds.resiliency,
  kinds.httpEndpoint,
]
const WORKLOADS: readonly ResourceType[] = [kinds.deployment, kinds.statefulSet, kinds.daemonSet]
const PROGRAMS: readonly string[] = [
  'sidelight-operator',
  'sidelight-injector',
  'zipkin',
  'sidelight-console',
]
const RUNNING = 'status.phase!=Succeeded,status.phase!=Failed'

/** @throws Fault `ERR_KUBE_…` */
export async function gatherFacts(
  client: KubeClient,
  namespace: string | undefined,
): Promise<ClusterFacts> {
  const installed = await findInstalled(client)
  const own = installed.sidelight?.namespace
  const all = async (types: readonly ResourceType[], where = namespace) =>
    (await Promise.all(types.map((type) => listOf(client, type, where)))).flat()
  const [webhook, resources, workloads, pods] = await Promise.all([
    client.get(kinds.mutatingWebhook, 'sidelight-injector'),
    // Also the default Configuration, which is in the control plane's namespace.
    all(RESOURCES, undefined),
    all(WORKLOADS),
    client.list(kinds.pod, { namespace, fieldSelector: RUNNING }),
  ])
  const ownWorkloads = own === undefined ? [] : await all([kinds.deployment], own)
  const ownPods =
    own === undefined
      ? []
      : (await client.list(kinds.pod, { namespace: own, fieldSelector: RUNNING })).items
  return {
    installed,
    programs: ownWorkloads
      .filter(({ metadata }) => PROGRAMS.includes(metadata.name))
      .map((workload) => ({
        workload,
        pods: ownPods.filter(
          ({ metadata }) => metadata.labels?.app === workload.metadata.labels?.app,
        ),
      })),
    webhook,
    resources: resources.filter(
      ({ metadata }) =>
        namespace === undefined || metadata.namespace === namespace || metadata.namespace === own,
    ),
    workloads,
    pods: pods.items.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
  }
}

/** Items of a list do not say their kind. */
async function listOf(
  client: KubeClient,
  type: ResourceType,
  namespace: string | undefined,
): Promise<readonly KubeObject[]> {
  try {
    const { items } = await client.list(type, { namespace })
    return items.map((object) => ({ ...object, kind: type.kind }))
  } catch (error) {
    // The definition is not there: said by what is not installed.
    if (codeOf(error) === 'ERR_KUBE_NOT_FOUND') return []
    throw error
  }
}
