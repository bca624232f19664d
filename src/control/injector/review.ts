import { Buffer } from 'node:buffer'
import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { type Injection, patchPod } from './patch-pod.ts'
import type { Pod } from './pod.ts'
import type { InjectionSettings } from './sidecar-container.ts'

/** @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
const named = z.looseObject({ name: z.string() })
const entries = z.record(z.string(), z.string()).nullish()
const pod = z.looseObject({
  metadata: z
    .looseObject({
      name: z.string().nullish(),
      generateName: z.string().nullish(),
      labels: entries,
      annotations: entries,
      ownerReferences: z.array(named.extend({ kind: z.string() })).nullish(),
    })
    .nullish(),
  spec: z.looseObject({
    containers: z.array(named.extend({ env: z.array(named).nullish() })),
    initContainers: z.array(named).nullish(),
    volumes: z.array(named).nullish(),
  }),
})
const review = z.looseObject({
  apiVersion: z.enum(['admission.k8s.io/v1', 'admission.k8s.io/v1beta1']),
  kind: z.literal('AdmissionReview'),
  request: z.looseObject({
    uid: z.string().min(1),
    kind: z.looseObject({ kind: z.string() }),
    namespace: z.string().nullish(),
    userInfo: z
      .looseObject({ username: z.string().nullish(), groups: z.array(z.string()).nullish() })
      .nullish(),
    object: z.unknown(),
  }),
})

export interface ReviewSettings extends InjectionSettings {
  /** Service accounts whose pods are injected, as `NAMESPACE:NAME`; `*` stands for any text. */
  readonly serviceAccounts: readonly string[]
}

/**
 * Controllers of Kubernetes, and programs that make pods for others. Who makes a pod by hand has to be of
 * `system:masters`. [dapr: pkg/injector/service/injector.go]
 */
export const CONTROLLERS: readonly string[] = [
  ...[
    'replicaset-controller',
    'replication-controller',
    'deployment-controller',
    'cronjob-controller',
    'job-controller',
    'statefulset-controller',
    'daemon-set-controller',
  ].map((name) => `kube-system:${name}`),
  'openshift-operator-lifecycle-manager:olm-operator-serviceaccount',
  'tekton-pipelines:tekton-pipelines-controller',
  'mirrord:mirrord-operator',
]

/** What became of a pod, for the log and the count. */
export type ReviewOutcome = 'injected' | 'passed' | 'unauthorized' | 'refused'

export interface Reviewed {
  /** An `AdmissionReview` with its response. */
  readonly answer: object
  readonly outcome: ReviewOutcome
  readonly findings: readonly string[]
  /** Empty where there is none. */
  readonly appId: string
  readonly namespace: string
}

/** Answers one request of the API server. @returns or what is wrong with it */
export function reviewPod(body: unknown, settings: ReviewSettings): Result<Reviewed, string> {
  const read = review.safeParse(body)
  if (!read.success) return err(z.prettifyError(read.error))
  const { apiVersion, kind, request } = read.data
  const answer = (
    outcome: ReviewOutcome,
    response: object,
    { findings = [], appId = '' }: Partial<Pick<Injection, 'findings' | 'appId'>> = {},
  ) =>
    ok({
      answer: { apiVersion, kind, response: { uid: request.uid, ...response } },
      outcome,
      findings,
      appId,
      namespace: request.namespace ?? '',
    })
  if (request.kind.kind !== 'Pod') return answer('passed', { allowed: true })
  const object = pod.safeParse(request.object)
  if (!object.success) return err(z.prettifyError(object.error))
  const injection = patchPod(withoutNulls(object.data), settings)
  if (!injection.ok)
    return answer('refused', {
      allowed: false,
      status: { code: 400, reason: 'BadRequest', message: injection.error },
    })
  const { injects, patch, findings } = injection.value
  const warnings = findings.length === 0 ? {} : { warnings: findings }
  if (patch.length === 0) return answer('passed', { allowed: true, ...warnings }, injection.value)
  if (!isAuthorized(request.userInfo, settings)) return answer('unauthorized', { allowed: true })
  return answer(
    injects ? 'injected' : 'passed',
    {
      allowed: true,
      ...warnings,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
    },
    injection.value,
  )
}

type UserInfo = z.infer<typeof review>['request']['userInfo']

const isAuthorized = (user: UserInfo, { serviceAccounts }: ReviewSettings): boolean =>
  (user?.groups?.includes('system:masters') ?? false) ||
  serviceAccounts.some((account) =>
    matches(`system:serviceaccount:${account}`, user?.username ?? ''),
  )

/** Without an expression, which could be made to take long. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === name
  let at = first.length
  for (const part of rest) {
    at = name.indexOf(part, at)
    if (at < 0) return false
    at += part.length
  }
  return name.startsWith(first) && name.endsWith(last) && name.length - last.length >= at
}

/** Absent and null are the same to Kubernetes. */
const withoutNulls = (object: z.infer<typeof pod>): Pod =>
  JSON.parse(JSON.stringify(object, (_, value) => value ?? undefined))
