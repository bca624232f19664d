import { createHash } from 'node:crypto'
import { type ResourceSnapshot, secretKey } from '../../wire/operator-stream.ts'
import type { ClusterResource } from './cluster-resource.ts'
import { configurationsFor, isFor } from './concerns.ts'
import type { InjectedPod } from './injected-pod.ts'
import { secretReferences, withoutBuiltinStore } from './secret-references.ts'
import type { SecretValues } from './secret-values.ts'
import { resourceKey } from './streamed-kinds.ts'

/** What the sidecars of one app with one Configuration are sent, and what is in it. */
export interface MadeSnapshot {
  readonly version: string
  /** One JSON line. */
  readonly line: string
  /** By the key of a resource. */
  readonly revisions: ReadonlyMap<string, string>
}

export interface SnapshotSources {
  readonly controlPlane: string
  /** By key. */
  readonly find: (key: string) => ClusterResource | undefined
  /** Of a namespace, no Configurations, sorted by key. */
  readonly othersOf: (namespace: string) => readonly ClusterResource[]
  readonly secrets: SecretValues
  readonly trustAnchors: () => string
}

/** The resources that concern a pod. */
export function resourcesFor(
  pod: Pick<InjectedPod, 'namespace' | 'appId' | 'config'>,
  { controlPlane, find, othersOf }: Omit<SnapshotSources, 'secrets' | 'trustAnchors'>,
): { readonly configuration?: ClusterResource; readonly others: readonly ClusterResource[] } {
  const configuration = configurationsFor(pod, controlPlane)
    .map(({ namespace, name }) => find(resourceKey('Configuration', namespace, name)))
    .find((found) => found !== undefined)
  const others = othersOf(pod.namespace).filter((each) => isFor(each, pod))
  return { ...(configuration && { configuration }), others }
}

export async function makeSnapshot(
  pod: Pick<InjectedPod, 'namespace' | 'appId' | 'config'>,
  sources: SnapshotSources,
): Promise<MadeSnapshot> {
  const { configuration, others } = resourcesFor(pod, sources)
  const all = [...(configuration ? [configuration] : []), ...others]
  const secrets: Record<string, string> = {}
  for (const { streamed } of all)
    for (const reference of secretReferences(streamed)) {
      const value = await sources.secrets.get(reference)
      if (value !== undefined) secrets[secretKey(reference)] = value
    }
  const content: Omit<ResourceSnapshot, 'version'> = {
    type: 'snapshot',
    ...(configuration && { configuration: configuration.streamed }),
    resources: others.map(({ streamed }) => withoutBuiltinStore(streamed)),
    secrets,
    trustAnchors: sources.trustAnchors(),
  }
  const version = createHash('sha256').update(JSON.stringify(content)).digest('base64url')
  return {
    version,
    line: `${JSON.stringify({ ...content, version })}\n`,
    revisions: new Map(all.map(({ key, revision }) => [key, revision])),
  }
}
