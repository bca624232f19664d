import type { Clock } from '../../base/clock.ts'
import { pause } from '../../base/pause.ts'
import { type KubeClient, type KubeObject, kinds, type Manifest } from '../../kube/index.ts'
import { typeOf } from './apply-objects.ts'
import { whyNotReady } from './why-not-ready.ts'

export interface Unready {
  readonly object: Manifest
  /** In words, with the cure. */
  readonly reason: string
}

const WORKLOADS: readonly string[] = ['Deployment', 'StatefulSet']
const PAUSE_MS = 500

/**
 * Waits until all pods of the Deployments and StatefulSets among the objects are ready and of the newest generation.
 *
 * @returns those that are not when the time is over, each with what keeps it
 */
export async function awaitReady(
  client: KubeClient,
  objects: readonly Manifest[],
  {
    clock,
    timeoutMs,
    onReady,
  }: {
    readonly clock: Clock
    readonly timeoutMs: number
    readonly onReady: (object: Manifest, elapsedMs: number) => void
  },
): Promise<readonly Unready[]> {
  const beganMs = clock.elapsedMs()
  let waiting = objects.filter(({ kind }) => WORKLOADS.includes(kind))
  for (;;) {
    const still: Manifest[] = []
    for (const object of waiting) {
      const { name = '', namespace } = object.metadata
      const found = await client.get(typeOf(object), name, namespace)
      if (found !== undefined && isReady(found)) onReady(object, clock.elapsedMs() - beganMs)
      else still.push(object)
    }
    waiting = still
    if (waiting.length === 0 || clock.elapsedMs() - beganMs >= timeoutMs) break
    await pause(clock, PAUSE_MS, NEVER)
  }
  return Promise.all(
    waiting.map(async (object) => ({ object, reason: await reasonFor(client, object) })),
  )
}

const NEVER = new AbortController().signal

interface Progress {
  readonly replicas?: number
  readonly observedGeneration?: number
  readonly updatedReplicas?: number
  readonly readyReplicas?: number
}

/** @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment */
export function isReady({ metadata, spec, status }: KubeObject): boolean {
  const { replicas = 1 } = (spec ?? {}) as Progress
  const {
    observedGeneration = 0,
    updatedReplicas = 0,
    readyReplicas = 0,
  } = (status ?? {}) as Progress
  return (
    observedGeneration >= (metadata.generation ?? 0) &&
    updatedReplicas >= replicas &&
    readyReplicas >= replicas
  )
}

async function reasonFor(client: KubeClient, object: Manifest): Promise<string> {
  const { name = '', namespace } = object.metadata
  const [workload, pods] = await Promise.all([
    client.get(typeOf(object), name, namespace),
    client.list(kinds.pod, { namespace, labelSelector: `app=${name}` }),
  ])
  return whyNotReady(workload, pods.items)
}
