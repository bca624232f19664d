import type { KubeClient, KubeObject } from '../../../src/kube/index.ts'
import { kinds } from '../../../src/kube/index.ts'

/** The part of a pod that a runner goes by. */
export interface PodSpec {
  readonly serviceAccountName?: string
  readonly containers: readonly Container[]
  readonly initContainers?: readonly (Container & { readonly restartPolicy?: string })[]
  readonly volumes?: readonly Volume[]
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly EnvironmentVariable[]
  readonly readinessProbe?: { readonly httpGet?: { readonly path: string; readonly port: number } }
}

interface EnvironmentVariable {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string }
    readonly secretKeyRef?: { readonly name: string; readonly key: string }
  }
}

interface Volume {
  readonly name: string
  readonly projected?: {
    readonly sources: readonly {
      readonly serviceAccountToken?: {
        readonly audience: string
        readonly expirationSeconds: number
      }
    }[]
  }
}

export const specOf = (pod: KubeObject): PodSpec => pod.spec as PodSpec

/** What the container's process is started with. @throws on what a pod may have and this cannot do */
export async function environmentOf(
  { env = [] }: Container,
  pod: KubeObject,
  client: KubeClient,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {}
  for (const { name, value, valueFrom } of env)
    values[name] = valueFrom === undefined ? expand(value ?? '', values) : await look(valueFrom)
  return values

  async function look({
    fieldRef,
    secretKeyRef,
  }: NonNullable<EnvironmentVariable['valueFrom']>): Promise<string> {
    if (fieldRef !== undefined) return fieldOf(pod, fieldRef.fieldPath)
    if (secretKeyRef === undefined) throw new Error('a value from neither a field nor a Secret')
    const secret = await client.get(kinds.secret, secretKeyRef.name, pod.metadata.namespace)
    const data = (secret?.data ?? {}) as Record<string, string>
    return Buffer.from(data[secretKeyRef.key] ?? '', 'base64').toString()
  }
}

export const argsOf = ({ args = [] }: Container, env: Record<string, string>): readonly string[] =>
  args.map((each) => expand(each, env))

const expand = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\(([\w.-]+)\)/g, (whole, name: string) => env[name] ?? whole)

function fieldOf({ metadata, spec }: KubeObject, path: string): string {
  const fields: Readonly<Record<string, unknown>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': (spec as { nodeName?: string }).nodeName ?? 'a-node',
  }
  if (!(path in fields)) throw new Error(`no field ${path}`)
  return String(fields[path])
}

/** A token of the pod for the audience that its volumes ask for; `undefined` when none does. */
export async function projectedToken(
  pod: KubeObject,
  client: KubeClient,
): Promise<string | undefined> {
  const wanted = (specOf(pod).volumes ?? [])
    .flatMap(({ projected }) => projected?.sources ?? [])
    .find(({ serviceAccountToken }) => serviceAccountToken?.audience !== undefined)
  if (wanted?.serviceAccountToken === undefined) return undefined
  const { audience, expirationSeconds } = wanted.serviceAccountToken
  const { name, namespace, uid } = pod.metadata
  const { status } = await client.createSubresource(
    kinds.serviceAccount,
    { name: specOf(pod).serviceAccountName ?? 'default', namespace },
    'token',
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    },
  )
  return (status as { token: string }).token
}
