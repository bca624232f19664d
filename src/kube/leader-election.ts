import type { Clock } from '../base/clock.ts'
import { codeOf, messageOf } from '../base/fault.ts'
import type { Logger } from '../base/logger.ts'
import { pause } from '../base/pause.ts'
import type { KubeClient } from './client.ts'
import type { KubeObject } from './object.ts'
import { kinds } from './resource-types.ts'

export interface LeaderElection extends AsyncDisposable {
  isLeader(): boolean
}

export interface LeaderElectionOptions {
  readonly client: KubeClient
  readonly lease: { readonly name: string; readonly namespace: string }
  /** Unique among the replicas: the pod's name. */
  readonly identity: string
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
  /** Called with each gain and each loss, in turn. A loss is told before another one can have gained it. */
  readonly onChange: (isLeader: boolean) => void
}

/** As in client-go. */
const LEASE_MS = 15_000
const RENEW_DEADLINE_MS = 10_000
const RETRY_MS = 2_000

interface LeaseSpec {
  readonly holderIdentity?: string | null
  readonly leaseDurationSeconds?: number
  readonly leaseTransitions?: number
  readonly acquireTime?: string
  readonly renewTime?: string
}

/**
 * One of the replicas at a time, by a Lease. What others wrote is timed by the own clock from when it was seen, so that
 * clocks that differ do no harm.
 *
 * @see https://github.com/kubernetes/client-go/blob/v0.36.3/tools/leaderelection/leaderelection.go
 */
export function startLeaderElection(options: LeaderElectionOptions): LeaderElection {
  const { client, lease, identity, clock, random, log, onChange } = options
  const closing = new AbortController()
  let leading = false
  let renewedMs = 0
  let seen: { readonly version: string | undefined; readonly atMs: number } | undefined

  const lead = (now: boolean): void => {
    if (leading === now) return
    leading = now
    log.info(now ? `${identity} leads (lease ${lease.name})` : `${identity} leads no more`)
    onChange(now)
  }
  const timeOf = (us: number): string => `${new Date(us / 1000).toISOString().slice(0, -1)}000Z`

  /** @returns whether the lease is ours until `LEASE_MS` from the beginning of this call */
  async function acquire(): Promise<boolean> {
    const begunMs = clock.elapsedMs()
    const found = await client.get(kinds.lease, lease.name, lease.namespace)
    const renewTime = timeOf(clock.nowUs())
    const mine = (spec: LeaseSpec = {}): LeaseSpec => ({
      holderIdentity: identity,
      leaseDurationSeconds: LEASE_MS / 1000,
      acquireTime: spec.holderIdentity === identity ? (spec.acquireTime ?? renewTime) : renewTime,
      renewTime,
      leaseTransitions: (spec.leaseTransitions ?? 0) + (spec.holderIdentity === identity ? 0 : 1),
    })
    if (found === undefined) {
      await client.create(kinds.lease, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: lease,
        spec: mine(),
      })
    } else {
      const spec = specOf(found)
      if (!isFree(found, spec, begunMs)) return false
      await client.replace(kinds.lease, { ...found, spec: { ...spec, ...mine(spec) } })
    }
    renewedMs = begunMs
    return true
  }

  function isFree({ metadata }: KubeObject, spec: LeaseSpec, nowMs: number): boolean {
    if (!spec.holderIdentity || spec.holderIdentity === identity) return true
    if (seen?.version !== metadata.resourceVersion)
      seen = { version: metadata.resourceVersion, atMs: nowMs }
    return nowMs - (seen?.atMs ?? nowMs) > (spec.leaseDurationSeconds ?? 15) * 1000
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        if (await acquire()) lead(!closing.signal.aborted)
        else lead(false)
      } catch (error) {
        // Somebody else was faster, or the API server is away: what counts is how long ago ours was renewed.
        if (codeOf(error) !== 'ERR_KUBE_CONFLICT')
          log.debug(`lease ${lease.name}: ${messageOf(error)}`)
      }
      if (leading && clock.elapsedMs() - renewedMs > RENEW_DEADLINE_MS) lead(false)
      await pause(clock, RETRY_MS * (1 + random() * 0.2), closing.signal)
    }
  }
  const running = run()
  // A renewal that hangs must not keep a leader in office beyond its time.
  let cancelGuard = (): void => undefined
  const guard = (): void => {
    cancelGuard = clock.after(RETRY_MS, () => {
      if (leading && clock.elapsedMs() - renewedMs > RENEW_DEADLINE_MS) lead(false)
      guard()
    })
  }
  guard()

  return {
    isLeader: () => leading,
    async [Symbol.asyncDispose]() {
      const wasLeading = leading
      closing.abort()
      cancelGuard()
      await running
      lead(false)
      if (wasLeading) await release(client, lease, identity).catch(() => undefined)
    },
  }
}

/** So that the next one need not wait for the end of the lease. */
async function release(
  client: KubeClient,
  { name, namespace }: LeaderElectionOptions['lease'],
  identity: string,
): Promise<void> {
  const found = await client.get(kinds.lease, name, namespace)
  if (found === undefined || specOf(found).holderIdentity !== identity) return
  await client.replace(kinds.lease, { ...found, spec: { ...specOf(found), holderIdentity: '' } })
}

const specOf = (object: KubeObject): LeaseSpec => (object.spec ?? {}) as LeaseSpec
