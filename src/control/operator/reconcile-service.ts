import { codeOf } from '../../base/fault.ts'
import { type KubeClient, type KubeObject, kinds, type RecordEvent } from '../../kube/index.ts'
import { type AppWorkload, appService, MANAGED, serviceName } from './app-service.ts'
import type { ClusterState } from './cluster-state.ts'

export interface ServiceReconcilerDeps {
  readonly client: KubeClient
  readonly state: Pick<ClusterState, 'workloadsOf'>
  readonly recordEvent: RecordEvent
  readonly onChange: (what: 'created' | 'updated' | 'deleted', appId: string) => void
}

const FIELD_MANAGER = 'sidelight-operator'
const SUFFIX = serviceName('')

/**
 * Makes the Service of one app, by its key `NAMESPACE/SERVICE`, what its workload wants. A Service that is somebody
 * else's stays as it is.
 */
export function createServiceReconciler(deps: ServiceReconcilerDeps) {
  const { client, state, recordEvent, onChange } = deps

  return async (key: string): Promise<undefined> => {
    const [namespace = '', name = ''] = key.split('/')
    const appId = name.slice(0, -SUFFIX.length)
    const wanting = [...state.workloadsOf(namespace)]
      .filter(({ app }) => app?.id === appId)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const found = await client.get(kinds.service, name, namespace)
    // Whoever has it keeps it.
    const [workload] = [...wanting.filter(({ uid }) => isOwnedBy(found, uid)), ...wanting]
    if (workload?.app === undefined) return remove(found, namespace, name, appId)
    if (found !== undefined && !isOurs(found)) return tell(workload, name)
    const wanted = appService(workload, workload.app)
    // A headless Service cannot become one, nor the other way round.
    const applied = await client
      .apply(kinds.service, wanted, { fieldManager: FIELD_MANAGER, force: true })
      .catch((error) => {
        if (codeOf(error) === 'ERR_KUBE_INVALID') return tell(workload, name, String(error))
        throw error
      })
    if (found === undefined) onChange('created', appId)
    else if (applied?.metadata.resourceVersion !== found.metadata.resourceVersion)
      onChange('updated', appId)
    return undefined
  }

  async function remove(
    found: KubeObject | undefined,
    namespace: string,
    name: string,
    appId: string,
  ): Promise<undefined> {
    if (found === undefined || !isOurs(found)) return
    if (await client.delete(kinds.service, name, namespace)) onChange('deleted', appId)
  }

  async function tell(
    { apiVersion, kind, name, namespace, uid }: AppWorkload,
    service: string,
    why = 'a Service of this name is somebody else’s',
  ): Promise<undefined> {
    await recordEvent(
      { apiVersion, kind, name, namespace, uid },
      {
        type: 'Warning',
        reason: 'ServiceNotMade',
        message: `peers do not find this app: the Service ${service} cannot be made: ${why}`,
      },
    )
  }
}

const isOurs = ({ metadata }: KubeObject): boolean =>
  Object.entries(MANAGED).every(([label, value]) => metadata.labels?.[label] === value)

const isOwnedBy = (found: KubeObject | undefined, uid: string): boolean =>
  found?.metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false
