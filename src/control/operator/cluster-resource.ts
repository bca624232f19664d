import { createHash } from 'node:crypto'
import type { KubeObject } from '../../kube/index.ts'
import { SAMPLING_ANNOTATION } from '../../resources/index.ts'
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
  /** Of what sidecars get: annotations count, and have no generation. */
  readonly revision: string
  /** Of the annotation with a sampling block, see {@link samplingDigest}. */
  readonly observedSampling: string | undefined
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
  const streamed = {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      generation,
      ...(Object.keys(own).length > 0 && { annotations: own }),
    },
    ...fields,
  }
  return {
    kind,
    key: resourceKey(kind, namespace, name),
    uid,
    name,
    namespace,
    generation,
    scopes: scopesOf(fields),
    revision: digestOf(JSON.stringify(streamed)),
    observedSampling: samplingDigest(annotations),
    streamed,
    status: status ?? parse(noted),
  }
}

/** By which a writer of the annotation sees that the operator has read it; `undefined` without one. */
export function samplingDigest(
  annotations: Readonly<Record<string, string>> = {},
): string | undefined {
  const text = annotations[SAMPLING_ANNOTATION]
  return text === undefined ? undefined : digestOf(text)
}

const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 16)

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
