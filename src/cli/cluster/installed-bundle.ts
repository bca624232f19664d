import { VERSION } from '../../base/version.ts'
import { type KubeClient, type KubeObject, kinds } from '../../kube/index.ts'
import { BUNDLE_LABEL, type BundleOptions } from './bundle.ts'
import { PARTS, partOf } from './parts.ts'

interface Containers {
  readonly template?: {
    readonly spec?: {
      readonly containers?: readonly {
        readonly image?: string
        readonly args?: readonly string[]
      }[]
    }
  }
}

/** With which options the bundle was installed, by what is there of it: so that an upgrade keeps them. */
export async function readInstalledBundle(
  client: KubeClient,
  namespace: string,
): Promise<BundleOptions> {
  const selection = { namespace, labelSelector: BUNDLE_LABEL }
  const [deployments, statefulSets] = await Promise.all([
    client.list(kinds.deployment, selection),
    client.list(kinds.statefulSet, selection),
  ])
  const workloads = [...deployments.items, ...statefulSets.items]
  const argsOf = (name: string): readonly string[] =>
    containerOf(workloads.find(({ metadata }) => metadata.name === name))?.args ?? []
  const besideDapr = argsOf('sidelight-operator').some((arg) => /^--beside-dapr(=true)?$/.test(arg))
  const upstream = argsOf('sidelight-console')
    .find((arg) => arg.startsWith('--upstream='))
    ?.slice('--upstream='.length)
  const operator = workloads.find(({ metadata }) => metadata.name === 'sidelight-operator')
  const image = containerOf(operator)?.image
  const present = new Set(workloads.map(partOf))
  return {
    besideDapr,
    namespace,
    // Redis is none of the parts beside Dapr, and nothing is left out there by not being there.
    without: PARTS.filter((part) => !present.has(part)),
    zipkin: present.has('zipkin') ? undefined : upstream,
    // The same repository, for example a mirror, and this version.
    image: image && `${image.replace(/:[^:/]+$/, '')}:${VERSION}`,
  }
}

const containerOf = (workload: KubeObject | undefined) =>
  (workload?.spec as Containers | undefined)?.template?.spec?.containers?.[0]
