import { Agent, request } from 'node:https'
import { parse } from 'yaml'

export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string }
  readonly [field: string]: unknown
}

export interface KubeAnswer {
  readonly status: number
  /** Of a refusal: a `Status`, whose message names the path. */
  readonly body: Record<string, unknown> & { readonly message?: string }
}

export interface KubeClient {
  /** Creates it, or makes it what it is told here. `path` as in `pathOf`. */
  apply(path: string, object: object, query?: string): Promise<KubeAnswer>
  post(collection: string, object: object, query?: string): Promise<KubeAnswer>
  get(path: string, accept?: string): Promise<KubeAnswer>
  delete(path: string): Promise<KubeAnswer>
}

/** What `kubectl get` asks for. */
export const AS_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

interface Kubeconfig {
  readonly 'current-context': string
  readonly contexts: readonly { name: string; context: { cluster: string; user: string } }[]
  readonly clusters: readonly { name: string; cluster: Readonly<Record<string, string>> }[]
  readonly users: readonly { name: string; user: Readonly<Record<string, string>> }[]
}

/** @param kubeconfig its text, with the certificates inside, as `kubectl config view --raw --flatten` prints it */
export function createKubeClient(kubeconfig: string): KubeClient {
  const config = parse(kubeconfig) as Kubeconfig
  const named = <T extends { readonly name: string }>(all: readonly T[], name?: string): T => {
    const found = all.find((each) => each.name === name)
    if (found === undefined) throw new Error(`the kubeconfig has no ${name}`)
    return found
  }
  const { context } = named(config.contexts, config['current-context'])
  const { cluster } = named(config.clusters, context.cluster)
  const { user } = named(config.users, context.user)
  const pem = (text = '') => Buffer.from(text, 'base64')
  const agent = new Agent({
    ca: pem(cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  })

  const call = (method: string, path: string, headers: Record<string, string>, object?: object) =>
    new Promise<KubeAnswer>((resolve, reject) => {
      const sent = request(new URL(path, cluster.server), { method, agent, headers }, (answer) => {
        const parts: Buffer[] = []
        answer
          .on('data', (part: Buffer) => parts.push(part))
          .on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              body: JSON.parse(Buffer.concat(parts).toString()),
            }),
          )
          .on('error', reject)
      })
      sent.on('error', reject).end(object && JSON.stringify(object))
    })
  const json = { 'content-type': 'application/json' }
  return {
    apply: (path, object, query = '') =>
      call(
        'PATCH',
        `${path}?fieldManager=sidelight-test&fieldValidation=Strict${query}`,
        // JSON is YAML.
        { 'content-type': 'application/apply-patch+yaml' },
        object,
      ),
    post: (collection, object, query = '') => call('POST', `${collection}?${query}`, json, object),
    get: (path, accept = 'application/json') => call('GET', path, { accept }),
    delete: (path) => call('DELETE', path, {}),
  }
}
