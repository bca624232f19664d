import { codeOf, Fault, messageOf } from '../../base/fault.ts'
import {
  type KubeClient,
  type KubeObject,
  type Manifest,
  type ResourceType,
  resourceTypeOf,
} from '../../kube/index.ts'

export type Change = 'created' | 'changed' | 'unchanged'

export interface ApplyOptions {
  /** Checked by the API server and not kept. */
  readonly dryRun: boolean
  readonly onApplied: (object: Manifest, change: Change) => void
}

/** By which the API server knows what the command line has set. */
const FIELD_MANAGER = 'sidelight-cli'

/**
 * Makes the objects in their order, or changes them to what is given; what others have added to them stays.
 *
 * @throws Fault of the API server's, with the object's name and what to do
 */
export async function applyObjects(
  client: KubeClient,
  objects: readonly Manifest[],
  { dryRun, onApplied }: ApplyOptions,
): Promise<void> {
  const missing = dryRun ? await missingNamespace(client, objects) : undefined
  for (const object of objects) {
    const type = typeOf(object)
    const { name = '', namespace } = object.metadata
    try {
      const before = await client.get(type, name, namespace)
      // What is in a namespace cannot be checked before that is there.
      const checked = namespace !== undefined && namespace === missing ? elsewhere(object) : object
      const after = await client.apply(type, checked, {
        fieldManager: FIELD_MANAGER,
        force: true,
        dryRun,
      })
      onApplied(object, changeOf(before, after))
    } catch (error) {
      throw explain(describe(object), error)
    }
  }
}

/** `Deployment sidelight-system/grafana`. */
export const describe = ({ kind, metadata: { namespace, name } }: Manifest): string =>
  `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`

export function typeOf({ apiVersion, kind }: Manifest): ResourceType {
  const type = resourceTypeOf(apiVersion, kind)
  if (type === undefined) throw new Error(`no kind ${apiVersion} ${kind}`)
  return type
}

function changeOf(before: KubeObject | undefined, after: KubeObject): Change {
  if (before === undefined) return 'created'
  return contentOf(before) === contentOf(after) ? 'unchanged' : 'changed'
}

/** Without what the API server and controllers write by themselves. */
const contentOf = ({ metadata, status: _, ...rest }: KubeObject): string =>
  JSON.stringify({ ...rest, labels: metadata.labels, annotations: metadata.annotations })

async function missingNamespace(
  client: KubeClient,
  objects: readonly Manifest[],
): Promise<string | undefined> {
  const namespace = objects.find(({ kind }) => kind === 'Namespace')
  if (namespace?.metadata.name === undefined) return undefined
  const found = await client.get(typeOf(namespace), namespace.metadata.name)
  return found === undefined ? namespace.metadata.name : undefined
}

const elsewhere = (object: Manifest): Manifest => ({
  ...object,
  metadata: { ...object.metadata, namespace: 'default' },
})

const CURES: Readonly<Record<string, string>> = {
  ERR_KUBE_FORBIDDEN:
    'installing takes the rights of cluster-admin: ask who has them, or choose another --context',
  ERR_KUBE_INVALID: 'the API server does not take it: Kubernetes 1.30 or newer is needed',
  ERR_KUBE_UNREACHABLE: 'see whether the cluster runs: kubectl cluster-info',
}

function explain(what: string, error: unknown): unknown {
  const code = codeOf(error)
  if (!(error instanceof Fault) || code === undefined) return error
  const cure = CURES[code] ?? 'what is there already stays; run it again'
  return new Fault(code, `${what}: ${messageOf(error)}; ${cure}`, { cause: error })
}
