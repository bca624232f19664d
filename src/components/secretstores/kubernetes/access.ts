import { access, readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { codeOf, Fault } from '../../../base/fault.ts'

/** Where the API server is, and how to show who one is. */
export interface Access {
  /** For example `https://10.0.0.1:443`. */
  readonly server: string
  /** PEM. Absent: the authorities that the system trusts. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly verify: boolean
  /** Read for each request: a token is renewed while the pod runs. */
  token(): Promise<string | undefined>
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * @param kubeconfig a file; absent: the service account of the pod
 * @throws Fault `SECRETS_UNAVAILABLE`
 */
export const openAccess = (
  kubeconfig: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  serviceAccount = SERVICE_ACCOUNT,
): Promise<Access> =>
  kubeconfig === undefined ? ofServiceAccount(env, serviceAccount) : ofKubeconfig(kubeconfig)

/** Whether this process is in a pod that has the token of a service account. */
export const hasServiceAccount = async (
  { KUBERNETES_SERVICE_HOST: host }: Env,
  directory = SERVICE_ACCOUNT,
): Promise<boolean> =>
  Boolean(host) &&
  (await access(`${directory}/token`).then(
    () => true,
    () => false,
  ))

async function ofServiceAccount(
  { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' }: Env,
  directory: string,
): Promise<Access> {
  if (!host)
    throw unavailable(
      'there is no Kubernetes here (KUBERNETES_SERVICE_HOST is not set): name a kubeconfigPath, or use secretstores.local.file or secretstores.local.env outside of a cluster',
    )
  const read = (name: string): Promise<string> => readText(`${directory}/${name}`, NO_TOKEN)
  const ca = await read('ca.crt')
  // Said now, not at the first secret.
  await read('token')
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca,
    verify: true,
    token: async () => (await read('token')).trim(),
  }
}

type Env = Readonly<Record<string, string | undefined>>

const NO_TOKEN =
  '; the pod has no token of its service account: automountServiceAccountToken must not be false'

const named = <T extends z.ZodType>(field: string, value: T) =>
  z.array(z.object({ name: z.string(), [field]: value }))
const text = z.string().optional()
/** What of a kubeconfig is used. @see https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
const kubeconfigSchema = z.object({
  'current-context': z.string(),
  contexts: named('context', z.object({ cluster: z.string(), user: z.string() })),
  clusters: named(
    'cluster',
    z.object({
      server: z.url(),
      'certificate-authority': text,
      'certificate-authority-data': text,
      'insecure-skip-tls-verify': z.boolean().optional(),
    }),
  ),
  users: named(
    'user',
    z.object({
      token: text,
      tokenFile: text,
      'client-certificate': text,
      'client-certificate-data': text,
      'client-key': text,
      'client-key-data': text,
    }),
  ),
})

async function ofKubeconfig(file: string): Promise<Access> {
  const read = kubeconfigSchema.safeParse(parseYaml(await readText(file)))
  const config = read.data
  const of = <T>(items: readonly unknown[] | undefined, field: string, name?: string) =>
    (items as readonly Record<string, unknown>[] | undefined)?.find((each) => each.name === name)?.[
      field
    ] as T | undefined
  const context = of<{ cluster: string; user: string }>(
    config?.contexts,
    'context',
    config?.['current-context'],
  )
  const cluster = of<Record<string, string>>(config?.clusters, 'cluster', context?.cluster)
  const user = of<Record<string, string>>(config?.users, 'user', context?.user)
  if (cluster?.server === undefined || user === undefined)
    throw unavailable(
      `${file} is no kubeconfig with a current context, its cluster and its user (token or certificate)`,
    )
  /** Given here, or in a file that is named from where the kubeconfig is. */
  const given = async (of: Record<string, string>, name: string): Promise<string | undefined> => {
    const data = of[`${name}-data`]
    if (data !== undefined) return Buffer.from(data, 'base64').toString()
    const path = of[name]
    return path === undefined ? undefined : readText(resolve(dirname(file), path))
  }
  const [ca, cert, key] = await Promise.all([
    given(cluster, 'certificate-authority'),
    given(user, 'client-certificate'),
    given(user, 'client-key'),
  ])
  const { token, tokenFile } = user
  return {
    server: cluster.server,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    verify: String(cluster['insecure-skip-tls-verify']) !== 'true',
    token: async () =>
      tokenFile === undefined ? token : (await readText(resolve(dirname(file), tokenFile))).trim(),
  }
}

function parseYaml(source: string): unknown {
  try {
    return parse(source)
  } catch {
    return undefined
  }
}

async function readText(file: string, cure = ''): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw unavailable(`${file} cannot be read (${codeOf(error) ?? 'unknown'})${cure}`)
  }
}

const unavailable = (message: string): Fault => new Fault('SECRETS_UNAVAILABLE', message)
