import { nearest } from '../../base/nearest.ts'
import { readInjectedPod } from '../../control/operator/index.ts'
import type { Cluster, KubeClient } from '../../kube/index.ts'
import { collectReports } from '../../net/index.ts'
import { diagnose } from '../../policy/index.ts'
import type { Diagnosis, Finding, SidecarStatus } from '../../wire/diagnosis.ts'
import type { CliContext } from '../cli-context.ts'
import { findClusterProblems } from './cluster-causes.ts'
import { type ClusterFacts, gatherFacts } from './cluster-facts.ts'
import { isInjected, runsSidecar, sidecarAddress } from './injected-pods.ts'
import { createPodSender } from './pod-sender.ts'

/** Asked for their report; more would keep API server and reader busy. */
const MAX_PODS = 100

export interface ClusterDiagnosis {
  readonly diagnosis: Diagnosis
  readonly statuses: readonly SidecarStatus[]
  /** Pods with a sidecar that were not asked. */
  readonly unasked: number
}

/** Says what is wrong in a cluster, or with one app of it: by what the API server knows, and by what each sidecar says of itself. */
export async function diagnoseCluster(
  client: KubeClient,
  cluster: Cluster,
  {
    appId,
    namespace,
  }: { readonly appId: string | undefined; readonly namespace?: string | undefined },
  { clock }: Pick<CliContext, 'clock'>,
): Promise<ClusterDiagnosis> {
  const facts = await gatherFacts(client, namespace)
  const injected = facts.pods.filter(isInjected)
  const asked = injected.filter(
    (pod) => appId === undefined || readInjectedPod(pod).appId === appId,
  )
  const pods = asked.filter(runsSidecar).slice(0, MAX_PODS)
  const statuses = await collectReports(pods.map(sidecarAddress), createPodSender(cluster), clock)
  const nowUs = clock.nowUs()
  const { sidecars } = statuses.length === 0 ? { sidecars: [] } : diagnose(statuses, { nowUs })
  const findings = [
    ...findClusterProblems(facts),
    ...(appId !== undefined && asked.length === 0 ? [noSuchApp(appId, facts)] : []),
  ]
  return {
    diagnosis: {
      healthy:
        findings.every(({ severity }) => severity !== 'error') &&
        sidecars.every(({ healthy }) => healthy),
      atUs: nowUs,
      findings,
      sidecars,
    },
    statuses,
    unasked: asked.filter(runsSidecar).length - pods.length,
  }
}

function noSuchApp(appId: string, { pods, workloads }: ClusterFacts): Finding {
  const known = [...new Set(pods.filter(isInjected).map((pod) => readInjectedPod(pod).appId))]
  const named = workloads.find(({ metadata }) => metadata.name === appId)
  const meant = nearest(appId, known)
  return {
    code: 'NO_SUCH_APP',
    severity: 'error',
    title: `no pod has a sidecar of the app ${appId}`,
    detail: `apps with one: ${known.sort().join(', ') || 'none'}`,
    cure:
      named !== undefined
        ? `${named.kind} ${named.metadata.namespace}/${appId} is there: give its pod template the annotations dapr.io/enabled: "true" and dapr.io/app-id: ${appId}`
        : meant === undefined
          ? 'name one of these'
          : `did you mean ${meant}?`,
  }
}
