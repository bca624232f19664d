import { Buffer } from 'node:buffer'
import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { patchPod } from './patch-pod.ts'
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
    userInfo: z
      .looseObject({ username: z.string().nullish(), groups: z.array(z.string()).nullish() })
      .nullish(),
    object: z.unknown(),
  }),
})

export interface ReviewSettings extends InjectionSettings {
  /** Service accounts whose pods are injected, as `NAMESPACE:NAME`. */
  readonly serviceAccounts: readonly string[]
}

/** Controllers of Kubernetes. Who makes a pod by hand has to be of `system:masters`. [dapr: pkg/injector/service/injector.go] */
export const CONTROLLERS: readonly string[] = [
  'replicaset-controller',
  'replication-controller',
  'deployment-controller',
  'cronjob-controller',
  'job-controller',
  'statefulset-controller',
  'daemon-set-controller',
].map((name) => `kube-system:${name}`)

/** What became of a pod, for the log and the count. */
export type ReviewOutcome = 'injected' | 'passed' | 'unauthorized' | 'refused'

export interface Reviewed {
  /** An `AdmissionReview` with its response. */
  readonly answer: object
  readonly outcome: ReviewOutcome
  readonly findings: readonly string[]
}

/** Answers one request of the API server. @returns or what is wrong with it */
export function reviewPod(body: unknown, settings: ReviewSettings): Result<Reviewed, string> {
  const read = review.safeParse(body)
  if (!read.success) return err(z.prettifyError(read.error))
  const { apiVersion, kind, request } = read.data
  const answer = (outcome: ReviewOutcome, response: object, findings: readonly string[] = []) =>
    ok({
      answer: { apiVersion, kind, response: { uid: request.uid, ...response } },
      outcome,
      findings,
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
  if (patch.length === 0) return answer('passed', { allowed: true, ...warnings }, findings)
  if (!isAuthorized(request.userInfo, settings)) return answer('unauthorized', { allowed: true })
  return answer(
    injects ? 'injected' : 'passed',
    {
      allowed: true,
      ...warnings,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
    },
    findings,
  )
}

type UserInfo = z.infer<typeof review>['request']['userInfo']

const isAuthorized = (user: UserInfo, { serviceAccounts }: ReviewSettings): boolean =>
  (user?.groups?.includes('system:masters') ?? false) ||
  serviceAccounts.some((account) => user?.username === `system:serviceaccount:${account}`)

/** Absent and null are the same to Kubernetes. */
const withoutNulls = (object: z.infer<typeof pod>): Pod =>
  JSON.parse(JSON.stringify(object, (_, value) => value ?? undefined))
