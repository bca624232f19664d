import { codeOf } from '../../base/fault.ts'
import {
  apiVersionOf,
  type KubeClient,
  type KubeObject,
  kinds,
  type ResourceType,
} from '../../kube/index.ts'
import { describe, typeOf } from './apply-objects.ts'
import { BUNDLE_LABEL, bundleObjects } from './bundle.ts'

/** What the operator has made for apps. */
const APP_SERVICES = 'app.kubernetes.io/managed-by=sidelight-operator'
/** With them goes what is not ours. */
const KEPT = [kinds.namespace, kinds.definition] as const

/**
 * Deletes what belongs to the bundle, the webhook first: no pod may be made that waits for what is gone.
 *
 * @returns what was deleted, or would be
 */
export async function removeObjects(
  client: KubeClient,
  options: {
    /** Of the control plane; absent when it is not there. */
    readonly namespace: string | undefined
    readonly all: boolean
    readonly dryRun: boolean
  },
): Promise<readonly string[]> {
  const removed: string[] = []
  const remove = async (type: ResourceType, object: KubeObject): Promise<void> => {
    const { name, namespace } = object.metadata
    const found =
      options.dryRun ||
      (await client.delete(type, name, namespace, { propagationPolicy: 'Background' }))
    if (found)
      removed.push(describe({ ...object, apiVersion: apiVersionOf(type), kind: type.kind }))
  }
  for (const type of deletedTypes(options.all))
    for (const object of await listed(client, type, BUNDLE_LABEL)) await remove(type, object)
  for (const object of await listed(client, kinds.service, APP_SERVICES))
    await remove(kinds.service, object)
  return removed
}

/** Of the bundle, from the last that was made to the first. */
function deletedTypes(all: boolean): readonly ResourceType[] {
  const types = new Map<string, ResourceType>()
  for (const besideDapr of [false, true])
    for (const object of bundleObjects({ besideDapr, namespace: 'any', without: [] })) {
      const type = typeOf(object)
      types.set(`${apiVersionOf(type)} ${type.kind}`, type)
    }
  const reversed = [...types.values()].reverse()
  const isKept = ({ kind }: ResourceType): boolean => KEPT.some((type) => type.kind === kind)
  return all ? reversed : reversed.filter((type) => !isKept(type))
}

async function listed(
  client: KubeClient,
  type: ResourceType,
  labelSelector: string,
): Promise<readonly KubeObject[]> {
  try {
    return (await client.list(type, { labelSelector }, 'metadata')).items
  } catch (error) {
    if (codeOf(error) === 'ERR_KUBE_NOT_FOUND') return []
    throw error
  }
}
