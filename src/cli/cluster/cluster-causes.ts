import {
  asksForSidecar,
  configurationsFor,
  DEFAULT_CONFIGURATION,
  readInjectedPod,
} from '../../control/operator/index.ts'
import { type KubeObject, workloadOf } from '../../kube/index.ts'
import type { Finding, Severity } from '../../wire/diagnosis.ts'
import { isReady } from './await-ready.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import { isInjected, SIDECAR } from './injected-pods.ts'
import { outcomeOf, refusalOf } from './outcome.ts'
import { waitReasons } from './why-not-ready.ts'

interface Said {
  readonly severity: Severity
  readonly title: string
  readonly detail?: string | undefined
  readonly cure: string
}

/** One reason why there is no sidecar, or no trace, that only the cluster knows. */
interface ClusterCause {
  readonly code: string
  find(facts: ClusterFacts): readonly Said[]
}

/** What each program of the control plane is needed for. */
const NEEDED_FOR: Readonly<Record<string, string>> = {
  'sidelight-operator': 'no change of a resource reaches a sidecar; each keeps what it has',
  'sidelight-injector': 'pods that are made now get no sidecar',
  zipkin: 'traces are not kept',
  'sidelight-console': 'there is no console',
}

/** From the root of matters to their surface. */
const CAUSES: readonly ClusterCause[] = [
  {
    code: 'NOT_INSTALLED',
    find: ({ installed }) =>
      installed.sidelight === undefined
        ? [
            {
              severity: 'error',
              title: 'Sidelight is not in this cluster',
              detail: installed.dapr && `Dapr ${installed.dapr.version} is`,
              cure: 'sidelight init -k',
            },
          ]
        : [],
  },
  {
    code: 'PROGRAM_NOT_READY',
    find: ({ programs }) =>
      programs
        .filter(({ workload }) => !isReady(workload))
        .map(({ workload: { metadata, status }, pods }) => ({
          severity: readyOf(status) === 0 ? 'error' : 'warning',
          title:
            readyOf(status) === 0
              ? `${metadata.name} does not run: ${NEEDED_FOR[metadata.name] ?? ''}`
              : `${metadata.name} has ${readyOf(status)} pod ready, and should have more`,
          detail: pods.flatMap(waitReasons).join('\n'),
          cure: `kubectl describe pod -l app=${metadata.name} -n ${metadata.namespace}`,
        })),
  },
  {
    code: 'WEBHOOK_MISSING',
    find: ({ installed, webhook }) =>
      installed.sidelight !== undefined && !hasCertificate(webhook)
        ? [
            {
              severity: 'error',
              title:
                webhook === undefined
                  ? 'the webhook is not there: nobody asks the injector, and no pod gets a sidecar'
                  : 'the webhook has no certificate yet: the API server does not call the injector',
              cure:
                webhook === undefined
                  ? 'sidelight init -k makes it again'
                  : 'the injector writes it when it runs: kubectl logs -l app=sidelight-injector',
            },
          ]
        : [],
  },
  {
    code: 'DEFAULT_CONFIGURATION_MISSING',
    find: ({ installed: { sidelight }, resources }) =>
      sidelight !== undefined &&
      !hasConfiguration(resources, sidelight.namespace, DEFAULT_CONFIGURATION)
        ? [
            {
              severity: 'warning',
              title: `there is no Configuration ${DEFAULT_CONFIGURATION} in ${sidelight.namespace}: who names none is not traced`,
              cure: 'the operator makes it when it starts to lead; or kubectl apply one',
            },
          ]
        : [],
  },
  {
    code: 'RESOURCE_REJECTED',
    find: ({ resources }) =>
      resources.flatMap((resource) => {
        const message = refusalOf(resource, 'Accepted')
        return message === undefined
          ? []
          : [
              {
                severity: 'error' as const,
                title: `${nameOf(resource)} is not accepted; the last good one stays in force`,
                detail: message,
                cure: 'mend it and kubectl apply it again',
              },
            ]
      }),
  },
  {
    code: 'RESOURCE_NOT_APPLIED',
    find: ({ resources }) =>
      resources.flatMap((resource) => {
        const { sidecars } = outcomeOf(resource)
        const isRejected = refusalOf(resource, 'Accepted') !== undefined
        if (sidecars === undefined || sidecars.failed.count === 0 || isRejected) return []
        const { applied, total, failed } = sidecars
        return [
          {
            severity: 'error' as const,
            title: `${nameOf(resource)} is in force in ${applied} of ${total} sidecars`,
            detail: [refusalOf(resource, 'Applied'), `not in ${failed.names.join(', ')}`]
              .filter(Boolean)
              .join('\n'),
            cure: `see what they say: sidelight logs -k -p POD -n ${resource.metadata.namespace}`,
          },
        ]
      }),
  },
  {
    code: 'ANNOTATION_MISPLACED',
    find: ({ workloads }) =>
      workloads
        .filter((workload) => asksForSidecar(workload) && !asksForSidecar(templateOf(workload)))
        .map((workload) => ({
          severity: 'error',
          title: `${nameOf(workload)} has dapr.io/enabled on itself, and not on its pods`,
          cure: 'move the annotations to spec.template.metadata.annotations',
        })),
  },
  {
    code: 'NO_SIDECAR',
    find: ({ pods }) =>
      pods.some((pod) => isInjected(pod) || asksForSidecar(pod))
        ? []
        : [
            {
              severity: 'warning',
              title: 'no pod has a sidecar, and none asks for one',
              cure: 'annotate a pod template: dapr.io/enabled: "true", dapr.io/app-id: NAME',
            },
          ],
  },
  {
    code: 'SIDECAR_MISSING',
    find: ({ pods }) =>
      byWorkload(pods.filter((pod) => asksForSidecar(pod) && !isInjected(pod))).map(
        ([workload, found]) => ({
          severity: 'error',
          title: `${count(found, 'pod')} of ${workload} ask${found.length === 1 ? 's' : ''} for a sidecar and ${found.length === 1 ? 'has' : 'have'} none`,
          detail: `made while the injector did not run, or without the label that it looks for: ${namesOf(found)}`,
          cure: `kubectl rollout restart ${workload} -n ${namespaceOf(found)}`,
        }),
      ),
  },
  {
    code: 'ANNOTATION_IGNORED',
    find: ({ pods }) =>
      byWorkload(pods.filter((pod) => findingOf(pod) !== undefined)).map(([workload, found]) => ({
        severity: 'warning',
        title: `an annotation of ${workload} in ${namespaceOf(found)} cannot be read, and its default is in force`,
        detail: [...new Set(found.map(findingOf))].join('\n'),
        cure: 'mend it in the pod template and kubectl apply it',
      })),
  },
  {
    code: 'CONFIGURATION_MISSING',
    find: ({ pods, resources, installed: { sidelight } }) =>
      byWorkload(pods.filter((pod) => isInjected(pod) && namesNone(pod, resources))).map(
        ([workload, found]) => {
          const [{ namespace, config } = readInjectedPod(EMPTY)] = found.map(readInjectedPod)
          const fallback = configurationsFor(
            { namespace, appId: '', config: undefined },
            sidelight?.namespace ?? '',
          ).find((each) => hasConfiguration(resources, each.namespace, each.name))
          return {
            severity: 'warning',
            title: `${workload} names the Configuration ${config}, which is not in ${namespace}`,
            detail:
              fallback === undefined
                ? 'and there is no default one: it is not traced'
                : `in force instead: ${fallback.name} of ${fallback.namespace}`,
            cure: `kubectl apply a Configuration ${config} -n ${namespace}, or take the annotation dapr.io/config away`,
          }
        },
      ),
  },
  {
    code: 'SIDECAR_NOT_READY',
    find: ({ pods }) =>
      pods.filter(isInjected).flatMap((pod) => {
        const reasons = waitReasons(pod).filter((reason) => reason.includes(`container ${SIDECAR}`))
        return reasons.map((title) => ({
          severity: 'error' as const,
          title,
          cure: `kubectl logs ${pod.metadata.name} -c ${SIDECAR} -n ${pod.metadata.namespace}`,
        }))
      }),
  },
]

/** What of the cluster keeps traces away, with the cure; nothing is asked here. */
export const findClusterProblems = (facts: ClusterFacts): readonly Finding[] =>
  CAUSES.flatMap(({ code, find }) =>
    find(facts).map(({ severity, title, detail = '', cure }) => ({
      code,
      severity,
      title,
      detail,
      cure,
    })),
  )

const EMPTY: KubeObject = { metadata: { name: '' } }
const MAX_NAMES = 5

const readyOf = (status: unknown): number =>
  (status as { readonly readyReplicas?: number } | undefined)?.readyReplicas ?? 0

const nameOf = ({ kind, metadata: { namespace, name } }: KubeObject): string =>
  `${kind} ${namespace}/${name}`

const namespaceOf = ([pod]: readonly KubeObject[]): string => pod?.metadata.namespace ?? ''

const count = ({ length }: readonly unknown[], what: string): string =>
  `${length} ${what}${length === 1 ? '' : 's'}`

const namesOf = (pods: readonly KubeObject[]): string =>
  [
    ...pods.slice(0, MAX_NAMES).map(({ metadata }) => metadata.name),
    ...(pods.length > MAX_NAMES ? [`and ${pods.length - MAX_NAMES} more`] : []),
  ].join(', ')

const findingOf = (pod: KubeObject): string | undefined => readInjectedPod(pod).finding

/** One finding for all pods of a Deployment: a hundred say no more than one. */
function byWorkload(
  pods: readonly KubeObject[],
): readonly (readonly [workload: string, pods: readonly KubeObject[]])[] {
  const found = new Map<string, { readonly name: string; readonly pods: KubeObject[] }>()
  for (const pod of pods) {
    const { kind, name } = workloadOf(pod.metadata) ?? { kind: 'Pod', name: pod.metadata.name }
    const workload = `${kind.toLowerCase()}/${name}`
    const key = `${pod.metadata.namespace} ${workload}`
    const entry = found.get(key) ?? { name: workload, pods: [] }
    entry.pods.push(pod)
    found.set(key, entry)
  }
  return [...found.values()].map((each) => [each.name, each.pods])
}

const hasConfiguration = (
  resources: readonly KubeObject[],
  namespace: string,
  name: string,
): boolean =>
  resources.some(
    ({ kind, metadata }) =>
      kind === 'Configuration' && metadata.namespace === namespace && metadata.name === name,
  )

function namesNone(pod: KubeObject, resources: readonly KubeObject[]): boolean {
  const { namespace, config } = readInjectedPod(pod)
  return config !== undefined && !hasConfiguration(resources, namespace, config)
}

function templateOf({ spec }: KubeObject): Pick<KubeObject, 'metadata'> {
  const { template } = (spec ?? {}) as { readonly template?: Partial<KubeObject> }
  return { metadata: { name: '', ...template?.metadata } }
}

const hasCertificate = (webhook: KubeObject | undefined): boolean => {
  const hooks = (webhook?.webhooks ?? []) as readonly {
    readonly clientConfig?: { readonly caBundle?: string }
  }[]
  return hooks.length > 0 && hooks.every(({ clientConfig }) => Boolean(clientConfig?.caBundle))
}
