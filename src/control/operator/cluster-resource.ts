import type { KubeObject } from '../../kube/index.ts'
import type { StreamedResource } from '../../wire/operator-stream.ts'
import { resourceKey, type StreamedKind } from './streamed-kinds.ts'

/** A resource of the cluster as the operator keeps it. */
export interface ClusterResource {
  readonly kind: StreamedKind
  readonly key: string
  readonly uid: string
  readonly name: string
  readonly namespace: string
  readonly generation: number
  /** App ids that it is for; none = all of its namespace. */
  readonly scopes: readonly string[]
  /** What sidecars get. */
  readonly streamed: StreamedResource
  /** As the operator wrote it last. */
  readonly status: unknown
}

/** Where a definition of Dapr's has no place for a status. */
export const STATUS_ANNOTATION = 'sidelight.dev/status'
/** What `kubectl apply` leaves: the whole text again, secrets and all. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

export function readClusterResource(kind: StreamedKind, object: KubeObject): ClusterResource {
  const { apiVersion = '', kind: _, metadata, status, ...fields } = object
  const { name, namespace = '', generation = 0, uid = '', annotations = {} } = metadata
  const { [LAST_APPLIED]: __, [STATUS_ANNOTATION]: noted, ...own } = annotations
  return {
    kind,
    key: resourceKey(kind, namespace, name),
    uid,
    name,
    namespace,
    generation,
    scopes: scopesOf(fields),
    streamed: {
      apiVersion,
      kind,
      metadata: {
        name,
        namespace,
        generation,
        ...(Object.keys(own).length > 0 && { annotations: own }),
      },
      ...fields,
    },
    status: status ?? parse(noted),
  }
}

/** Somebody may have edited it. */
function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** At the top; what has another form is told by the check, and is for nobody meanwhile. */
function scopesOf({ scopes }: Readonly<Record<string, unknown>>): readonly string[] {
  if (scopes === undefined || scopes === null) return []
  return Array.isArray(scopes) ? scopes.map(String) : ['']
}
