import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import {
  createEventRecorder,
  createWorkQueue,
  type KubeClient,
  kinds,
  startLeaderElection,
  startServingCertificate,
} from '../../kube/index.ts'
import { createProbeServer, type HttpServer } from '../../net/index.ts'
import type { MetricsRegistry, Tracer } from '../../telemetry/index.ts'
import { type AppWorkload, serviceName } from './app-service.ts'
import { createAuthenticate } from './authenticate.ts'
import type { ClusterResource } from './cluster-resource.ts'
import { watchCluster } from './cluster-state.ts'
import { createDefaultConfiguration } from './default-configuration.ts'
import type { InjectedPod } from './injected-pod.ts'
import { createOperatorMeter } from './meter.ts'
import { createOperatorServer } from './operator-server.ts'
import { createServiceReconciler } from './reconcile-service.ts'
import { createRollouts } from './rollouts.ts'
import { createSecretValues } from './secret-values.ts'
import type { Session } from './session.ts'
import type { OperatorSettings } from './settings.ts'
import { makeSnapshot } from './snapshot-maker.ts'
import { createStreamHub } from './stream-hub.ts'
import { tellAboutPod } from './tell-about-pod.ts'
import { findUninjectedPods } from './uninjected-pods.ts'
import { createStatusWriter } from './write-status.ts'

export interface OperatorDeps {
  readonly client: KubeClient
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
  /** Made with `operatorCatalogue`. */
  readonly registry: MetricsRegistry
  readonly tracer: Tracer
}

export interface Operator extends AsyncDisposable {
  /** For sidecars. */
  readonly port: number
  readonly probePort: number
  isLeader(): boolean
}

const SERVICE = 'sidelight-operator'
const LEASE = 'sidelight-operator'
/** The Service selects the pod that has it. */
const LEADER_LABEL = 'sidelight.dev/leader'
/** A status is written at most once in this time. */
const STATUS_INTERVAL_MS = 1_000
/** Sidecars answer a change at about the same time. */
const STATUS_SETTLE_MS = 100
/** The pauses of sidecars that look for an operator, and a connection. */
const RETURN_MS = 10_000
const LOOK_INTERVAL_MS = 60_000
const STATUS_WRITERS = 8

/**
 * Follows the cluster, serves sidecars while it leads, and writes what became of resources.
 *
 * @throws Fault `ERR_PORT_IN_USE`, `ERR_LISTEN`
 */
export async function buildOperator(
  settings: OperatorSettings,
  deps: OperatorDeps,
): Promise<Operator> {
  const { client, clock, random, log } = deps
  const meter = createOperatorMeter(deps.registry)
  const { namespace, identity, besideDapr } = settings
  let isSynced = false
  let isLeader = false
  /** Monotonic milliseconds. */
  let leadsSinceMs = 0
  const probes = createProbeServer({
    registry: deps.registry,
    whyNotReady: () => (isSynced ? undefined : 'the cluster has not been listed yet'),
    clock,
    onRefused: meter.refused,
    log,
  })
  const probePort = await probes.listen(settings.probePort, settings.addresses)
  const recordEvent = createEventRecorder({ client, clock, log, source: 'sidelight-operator' })
  const certificate = await startServingCertificate({
    client,
    service: { name: SERVICE, namespace, clusterDomain: settings.clusterDomain },
    clock,
    random,
    log,
  })
  const tellExpiry = (): void => meter.certificate(certificate.expiresUs())
  tellExpiry()
  const endTelling = certificate.onRenewed(tellExpiry)

  const leads = (): boolean => isLeader && isSynced
  const state = watchCluster({
    client,
    clock,
    random,
    log,
    onRestart: meter.watchRestarted,
    listener: { resource: resourceChanged, pod: podChanged, workload: workloadChanged },
  })
  const sources = {
    controlPlane: namespace,
    find: state.resource,
    othersOf: state.othersOf,
    secrets: createSecretValues({ client, clock, log }),
    trustAnchors: () => certificate.bundle(),
  }
  const hub = createStreamHub({
    clock,
    makeSnapshot: (pod) => makeSnapshot(pod, sources),
    onAcknowledged: acknowledged,
    onSize: meter.streams,
    onSent: meter.sent,
  })
  const endRotation = certificate.onRenewed(() => hub.changed(undefined))
  const rollouts = createRollouts({ tracer: deps.tracer, clock, onEnd: meter.rolledOut })
  const writeStatus = createStatusWriter({
    client,
    clock,
    state,
    controlPlane: namespace,
    sessionOf: hub.sessionOf,
    recordEvent,
    onWritten: meter.statusWritten,
    onStatus: rollouts.told,
    besideDapr,
  })
  const queue = (
    name: string,
    concurrency: number,
    reconcile: Parameters<typeof createWorkQueue>[0]['reconcile'],
  ) =>
    createWorkQueue({
      name,
      concurrency,
      clock,
      log,
      // A follower keeps what it knows up to date, and leaves the rest to the leader.
      reconcile: async (key) => (leads() ? reconcile(key) : undefined),
      onFailure: () => meter.failed(name),
    })
  /** Who has just begun to lead knows of nobody's acknowledgement: sidecars get some time to come back and repeat it. */
  const returnMs = (): number => {
    const leftMs = leadsSinceMs + RETURN_MS - clock.elapsedMs()
    return leftMs > 0 && hub.size < [...state.pods()].length ? leftMs : 0
  }
  const statuses = queue('status', STATUS_WRITERS, async (key) => {
    const requeueAfterMs = returnMs()
    if (requeueAfterMs > 0) return { requeueAfterMs }
    if (state.resource(key) === undefined) statusMadeMs.delete(key)
    else statusMadeMs.set(key, clock.elapsedMs())
    return writeStatus(key)
  })
  const services = queue(
    'service',
    2,
    createServiceReconciler({ client, state, recordEvent, onChange: meter.service }),
  )
  const chores = queue('chore', 1, async (chore) => {
    if (chore === 'default-configuration') {
      const file = settings.defaultConfigurationFile
      await createDefaultConfiguration({ client, file, namespace, log })
      return undefined
    }
    meter.podsWithout(await findUninjectedPods({ client, recordEvent }))
    return { requeueAfterMs: LOOK_INTERVAL_MS }
  })

  /** When a resource's status was last made: monotonic milliseconds. */
  const statusMadeMs = new Map<string, number>()
  const statusDue = (key: string): void => {
    const madeMs = statusMadeMs.get(key) ?? Number.NEGATIVE_INFINITY
    const waitMs = madeMs + STATUS_INTERVAL_MS - clock.elapsedMs()
    statuses.addAfter(key, Math.max(STATUS_SETTLE_MS, waitMs))
  }

  function resourceChanged(
    key: string,
    now: ClusterResource | undefined,
    before: ClusterResource | undefined,
  ): void {
    const { kind = '', namespace: where } = now ?? before ?? {}
    if (before === undefined) meter.resource(kind, 1)
    if (now === undefined) meter.resource(kind, -1)
    // A status that was written comes back as a change, which is none for sidecars.
    const isSame = now?.uid === before?.uid && now?.revision === before?.revision
    if (isSame) return
    if (now === undefined) rollouts.forget(key)
    else if (leads()) rollouts.began(now)
    statusDue(key)
    if (kind === 'Configuration') configurationsDue()
    if (kind === 'Configuration' && now === undefined)
      for (const pod of state.pods())
        if (pod.namespace === where && pod.config === before?.name) tell(pod)
    const isForAll = kind === 'Configuration' && where === namespace
    hub.changed(isForAll ? undefined : where)
  }

  function podChanged(now: InjectedPod | undefined, before: InjectedPod | undefined): void {
    if (before === undefined) meter.pod(1)
    if (now === undefined) meter.pod(-1)
    const { namespace: where } = now ?? before ?? {}
    if (where !== undefined) resourcesDue(where)
    if (now === undefined && before !== undefined) hub.sessionOf(before.uid)?.end()
    const isNews = now?.finding !== before?.finding || now?.config !== before?.config
    if (now !== undefined && isNews) tell(now)
  }

  function workloadChanged(
    _: string,
    now: AppWorkload | undefined,
    before: AppWorkload | undefined,
  ): void {
    if (besideDapr) return
    for (const each of [now, before])
      if (each?.app !== undefined) services.add(`${each.namespace}/${serviceName(each.app.id)}`)
  }

  function acknowledged(session: Session): void {
    const { snapshot, rejected } = session.acknowledged() ?? {}
    meter.acknowledged((rejected?.length ?? 0) > 0)
    for (const key of snapshot?.revisions.keys() ?? []) statusDue(key)
  }

  /** Whom they concern has changed. */
  function resourcesDue(where: string): void {
    for (const { key } of state.othersOf(where)) statusDue(key)
    configurationsDue()
  }
  function configurationsDue(): void {
    for (const { kind, key } of state.resources()) if (kind === 'Configuration') statusDue(key)
  }

  function tell(pod: InjectedPod): void {
    if (leads() && !pod.isLeaving) void tellAboutPod(pod, { recordEvent, state })
  }

  function takeOver(): void {
    if (!leads()) return
    for (const { key } of state.resources()) statusDue(key)
    for (const key of state.workloadKeys()) workloadChanged(key, state.workload(key), undefined)
    for (const pod of state.pods()) tell(pod)
    chores.add('default-configuration')
    chores.add('pods-without-sidecar')
  }

  /** So that the Service leads to who leads. */
  const label = (isSet: boolean) =>
    client.patch(
      kinds.pod,
      { name: identity, namespace },
      { merge: { metadata: { labels: { [LEADER_LABEL]: isSet ? 'true' : null } } } },
    )
  // Tried again until it is done: who leads no more may have lost the API server, too.
  const labels = createWorkQueue({
    name: 'leader-label',
    clock,
    log,
    async reconcile() {
      await label(isLeader)
      return undefined
    },
    onFailure: () => meter.failed('leader-label'),
  })

  const server: HttpServer = createOperatorServer({
    hub,
    authenticate: createAuthenticate({ client, clock, podOf: state.pod }),
    isLeader: leads,
    certificate,
    clock,
    log,
    onRefused: meter.refused,
  })
  const end = async (): Promise<void> => {
    await election?.[Symbol.asyncDispose]()
    await hub[Symbol.asyncDispose]()
    await server.close(0)
    for (const each of [statuses, services, chores, labels, state])
      await each[Symbol.asyncDispose]()
    endTelling()
    endRotation()
    await certificate[Symbol.asyncDispose]()
    await probes.close(0)
  }
  let election: ReturnType<typeof startLeaderElection> | undefined
  let port = 0
  try {
    port = await server.listen(settings.port, settings.addresses)
  } catch (error) {
    await end()
    throw error
  }
  void state.synced.then(() => {
    isSynced = true
    takeOver()
  })
  // Who led before it was restarted does not lead any more.
  labels.add(identity)
  election = startLeaderElection({
    client,
    lease: { name: LEASE, namespace },
    identity,
    clock,
    random,
    log,
    onChange(now) {
      isLeader = now
      leadsSinceMs = clock.elapsedMs()
      meter.leads(now)
      labels.add(identity)
      if (now) takeOver()
      else {
        hub.endAll()
        rollouts.forget()
      }
    },
  })
  return {
    port,
    probePort,
    isLeader: leads,
    async [Symbol.asyncDispose]() {
      await end()
      await label(false).catch((error) =>
        log.warning(`the label of the leader was not taken: ${messageOf(error)}`),
      )
    },
  }
}
