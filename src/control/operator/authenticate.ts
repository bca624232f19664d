import { createHash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { type KubeClient, type KubeObject, kinds } from '../../kube/index.ts'
import { STREAM_AUDIENCE } from '../../wire/operator-stream.ts'
import { INJECTED_LABEL, type InjectedPod, readInjectedPod } from './injected-pod.ts'

/** Finds the pod that a token was made for. @throws Fault `ERR_UNAUTHENTICATED`, or that of the API server */
export type Authenticate = (token: string | undefined) => Promise<InjectedPod>

const POD_NAME = 'authentication.kubernetes.io/pod-name'
const POD_UID = 'authentication.kubernetes.io/pod-uid'
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):/
/** A token is asked about once in this time: sidecars come back all at once when the operator was away. */
const KEPT_MS = 60_000
const MAX_KEPT = 20_000

interface Bearer {
  readonly namespace: string
  readonly podName: string
  readonly podUid: string
}

export function createAuthenticate(deps: {
  readonly client: Pick<KubeClient, 'create' | 'get'>
  readonly clock: Clock
  readonly podOf: (uid: string) => InjectedPod | undefined
}): Authenticate {
  const { client, clock, podOf } = deps
  /** By a digest: tokens are not kept. */
  const kept = new Map<string, { readonly atMs: number; readonly bearer: Bearer }>()

  async function review(token: string): Promise<Bearer> {
    const digest = createHash('sha256').update(token).digest('base64url')
    const nowMs = clock.elapsedMs()
    const known = kept.get(digest)
    if (known !== undefined && nowMs - known.atMs < KEPT_MS) return known.bearer
    const answer = await client.create(kinds.tokenReview, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      metadata: {},
      spec: { token, audiences: [STREAM_AUDIENCE] },
    })
    const bearer = bearerOf(answer)
    for (const [key, { atMs }] of kept)
      if (nowMs - atMs >= KEPT_MS || kept.size >= MAX_KEPT) kept.delete(key)
      else break
    kept.set(digest, { atMs: nowMs, bearer })
    return bearer
  }

  return async (token) => {
    if (token === undefined || token === '') throw refused('a token is needed')
    const { namespace, podName, podUid } = await review(token)
    // A pod may be here before the watch has told of it.
    const pod = podOf(podUid) ?? (await lookUp(client, namespace, podName))
    if (pod === undefined || pod.uid !== podUid || pod.namespace !== namespace)
      throw refused(`the pod ${namespace}/${podName} of the token is not there, or has no sidecar`)
    return pod
  }
}

async function lookUp(
  client: Pick<KubeClient, 'get'>,
  namespace: string,
  name: string,
): Promise<InjectedPod | undefined> {
  const found = await client.get(kinds.pod, name, namespace)
  return found?.metadata.labels?.[INJECTED_LABEL] === undefined ? undefined : readInjectedPod(found)
}

function bearerOf({ status }: KubeObject): Bearer {
  const { authenticated, audiences = [], user = {} } = (status ?? {}) as ReviewStatus
  if (authenticated !== true) throw refused('the token is not valid')
  // An API server that knows no audiences takes every token for its own.
  if (!audiences.includes(STREAM_AUDIENCE)) throw refused(`the token is not for ${STREAM_AUDIENCE}`)
  const namespace = SERVICE_ACCOUNT.exec(user.username ?? '')?.[1]
  const podName = user.extra?.[POD_NAME]?.[0]
  const podUid = user.extra?.[POD_UID]?.[0]
  if (namespace === undefined || podName === undefined || podUid === undefined)
    throw refused('the token is not that of a pod')
  return { namespace, podName, podUid }
}

interface ReviewStatus {
  readonly authenticated?: boolean
  readonly audiences?: readonly string[]
  readonly user?: {
    readonly username?: string
    readonly extra?: Readonly<Record<string, readonly string[]>>
  }
}

const refused = (why: string): Fault => new Fault('ERR_UNAUTHENTICATED', why)
