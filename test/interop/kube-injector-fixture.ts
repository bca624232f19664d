import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { parse, stringify } from 'yaml'
import type { Clock } from '../../src/base/clock.ts'
import {
  createKubeClient,
  type KubeClient,
  type KubeObject,
  kinds,
  loadCluster,
  type Manifest,
} from '../../src/kube/index.ts'

/** A namespace for the control plane, one for apps, and what the manifests ship for the injector. */
export interface InjectorRoom {
  readonly client: KubeClient
  readonly apps: string
  readonly controlPlane: string
  /** Of the MutatingWebhookConfiguration. */
  readonly webhook: string
  /** Makes the webhook, which has nobody to trust yet. */
  register(port: number): Promise<void>
  /** A kubeconfig of a service account that may do what the injector does, and nothing else. */
  restricted(file: string): Promise<void>
  /** Of the authority, as the Secret has it. */
  bundle(): Promise<string>
  caBundle(): Promise<string | undefined>
  /** Of a Deployment, in the apps' namespace, that asks for a sidecar. */
  deploy(name: string, options?: DeployOptions): Promise<void>
  pods(app: string): Promise<readonly PodObject[]>
  remove(): Promise<void>
}

export interface DeployOptions {
  readonly replicas?: number
  readonly annotations?: Readonly<Record<string, string>>
}

export type PodObject = KubeObject & {
  readonly spec: {
    readonly containers: readonly {
      readonly name: string
      readonly env?: readonly { readonly name: string; readonly value?: string }[]
    }[]
    readonly initContainers?: readonly { readonly name: string }[]
  }
}

export const isInjected = ({ spec }: PodObject): boolean =>
  [...spec.containers, ...(spec.initContainers ?? [])].some(({ name }) => name === 'daprd')

const RBAC = 'rbac.authorization.k8s.io/v1'
const SECONDS_TO_ANSWER = 2

/** @param id unique in the cluster */
export async function openInjectorRoom(
  kubeconfig: string,
  id: string,
  clock: Clock,
): Promise<InjectorRoom> {
  const cluster = loadCluster({ kubeconfig })
  const client = createKubeClient({ cluster, clock, userAgent: 'sidelight-test' })
  const [apps, controlPlane] = [`${id}-apps`, `${id}-mesh`]
  const made: (() => Promise<unknown>)[] = []
  const make = async (
    type: (typeof kinds)[keyof typeof kinds],
    apiVersion: string,
    metadata: { readonly name: string; readonly namespace?: string },
    rest: object = {},
  ): Promise<void> => {
    const object: Manifest = { apiVersion, kind: type.kind, metadata, ...rest }
    await client.create(type, object, { strict: true })
    made.push(() => client.delete(type, metadata.name, metadata.namespace))
  }
  await make(kinds.namespace, 'v1', { name: controlPlane })
  await make(kinds.namespace, 'v1', { name: apps })
  await make(kinds.secret, 'v1', { name: 'sidelight-trust', namespace: controlPlane })

  return {
    client,
    apps,
    controlPlane,
    webhook: id,
    register: (port) =>
      make(
        kinds.mutatingWebhook,
        'admissionregistration.k8s.io/v1',
        { name: id },
        {
          webhooks: [
            {
              name: 'sidecar-injector.sidelight.dev',
              clientConfig: { url: `https://127.0.0.1:${port}/mutate` },
              rules: [
                {
                  operations: ['CREATE'],
                  apiGroups: [''],
                  apiVersions: ['v1'],
                  resources: ['pods'],
                },
              ],
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': apps } },
              failurePolicy: 'Ignore',
              sideEffects: 'None',
              reinvocationPolicy: 'IfNeeded',
              admissionReviewVersions: ['v1', 'v1beta1'],
              timeoutSeconds: SECONDS_TO_ANSWER,
            },
          ],
        },
      ),
    async restricted(file) {
      const [own, all] = [{ name: id, namespace: controlPlane }, { name: id }]
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', name: id }
      const subjects = [{ kind: 'ServiceAccount', ...own }]
      await make(kinds.serviceAccount, 'v1', own)
      await make(kinds.role, RBAC, own, {
        rules: [
          {
            apiGroups: [''],
            resources: ['secrets'],
            resourceNames: ['sidelight-trust'],
            verbs: ['get', 'list', 'watch', 'update'],
          },
        ],
      })
      await make(kinds.roleBinding, RBAC, own, { roleRef: { ...roleRef, kind: 'Role' }, subjects })
      await make(kinds.clusterRole, RBAC, all, {
        rules: [
          {
            apiGroups: ['admissionregistration.k8s.io'],
            resources: ['mutatingwebhookconfigurations'],
            resourceNames: [id],
            verbs: ['list', 'watch', 'patch'],
          },
        ],
      })
      await make(kinds.clusterRoleBinding, RBAC, all, {
        roleRef: { ...roleRef, kind: 'ClusterRole' },
        subjects,
      })
      const { status } = await client.createSubresource(kinds.serviceAccount, own, 'token', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {},
      })
      const { token } = status as { token: string }
      const config = parse(readFileSync(kubeconfig, 'utf8'))
      for (const each of config.users) each.user = { token }
      writeFileSync(file, stringify(config))
    },
    async bundle() {
      const secret = await client.get(kinds.secret, 'sidelight-trust', controlPlane)
      const { 'ca.crt': text = '' } = (secret?.data ?? {}) as Record<string, string>
      return Buffer.from(text, 'base64').toString()
    },
    async caBundle() {
      const found = await client.get(kinds.mutatingWebhook, id)
      const [webhook] = (found?.webhooks ?? []) as { clientConfig: { caBundle?: string } }[]
      const text = webhook?.clientConfig.caBundle
      return text && Buffer.from(text, 'base64').toString()
    },
    async deploy(name, { replicas = 1, annotations = {} } = {}) {
      await make(
        kinds.deployment,
        'apps/v1',
        { name, namespace: apps },
        {
          spec: {
            replicas,
            selector: { matchLabels: { app: name } },
            template: {
              metadata: {
                labels: { app: name },
                annotations: { 'dapr.io/enabled': 'true', ...annotations },
              },
              spec: { containers: [{ name: 'app', image: 'app:1' }] },
            },
          },
        },
      )
    },
    async pods(app) {
      const { items } = await client.list(kinds.pod, {
        namespace: apps,
        labelSelector: `app=${app}`,
      })
      return items as PodObject[]
    },
    async remove() {
      for (const each of made.reverse()) await each()
      cluster.close()
    },
  }
}

export interface Answer {
  readonly status: number
  readonly text: string
}

/** Asks the webhook as the API server does. With `announce`, more is said to come, and nothing does. */
export function postReview(
  port: number,
  ca: string,
  body: string,
  {
    type = 'application/json',
    path = '/mutate',
    method = 'POST',
    announce = Buffer.byteLength(body),
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type, 'content-length': announce }
    const sent = request({ port, path, method, ca, headers, agent: false }, (answer) => {
      const parts: Buffer[] = []
      answer
        .on('data', (part: Buffer) => parts.push(part))
        .on('end', () => {
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() })
          sent.destroy()
        })
        .on('error', reject)
    })
    sent.on('error', reject)
    if (announce > Buffer.byteLength(body)) sent.flushHeaders()
    else sent.end(body)
  })
}
