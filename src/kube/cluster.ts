import { Agent as PlainAgent } from 'node:http'
import { Agent, type RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import { Fault, messageOf } from '../base/fault.ts'

/** Where the API server is, and how to show who one is. */
export interface Cluster {
  /** For example `https://10.0.0.1:443`; for messages, too. */
  readonly server: string
  /** Of the context, or of the pod that this program is in. */
  readonly namespace: string
  /** What a kubeconfig calls it; absent in a pod. */
  readonly context: string | undefined
  /**
   * Agent and headers for the next request. Tokens and certificates that were renewed on disk are seen.
   * @throws Fault `ERR_KUBE_CONFIG` when a program of the kubeconfig that fetches credentials fails
   */
  credentials(): Promise<Pick<RequestOptions, 'agent' | 'headers' | 'auth'>>
  /** The library's own, for what it does better than we would (forwarding of ports). */
  readonly config: KubeConfig
  close(): void
}

export interface ClusterOptions {
  /** A path; absent: `KUBECONFIG`, then `~/.kube/config`, then the pod's service account. */
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
}

/**
 * Finds the cluster as kubectl does.
 *
 * @throws Fault `ERR_KUBE_CONFIG` when there is none, or what is there cannot be read
 */
export function loadCluster({ kubeconfig, context }: ClusterOptions = {}): Cluster {
  const config = new KubeConfig()
  try {
    if (kubeconfig === undefined) config.loadFromDefault()
    else config.loadFromFile(kubeconfig)
  } catch (error) {
    throw broken(`the kubeconfig cannot be read: ${messageOf(error)}`, error)
  }
  if (context !== undefined) {
    const known = config.getContexts().map(({ name }) => name)
    if (!known.includes(context))
      throw broken(`the kubeconfig has no context ${context}; it has ${known.join(', ') || 'none'}`)
    config.setCurrentContext(context)
  }
  const cluster = config.getCurrentCluster()
  // The library's own default, when nothing was found.
  if (
    cluster === null ||
    (cluster.name === 'cluster' && cluster.server === 'http://localhost:8080')
  )
    throw broken('no cluster: set KUBECONFIG, or make ~/.kube/config, or run in a pod')
  const current = config.getContextObject(config.getCurrentContext())
  const agents = createAgents(cluster.server)
  return {
    server: cluster.server,
    namespace: current?.namespace ?? 'default',
    context: current?.name === IN_POD ? undefined : current?.name,
    config,
    async credentials() {
      const options: RequestOptions = {}
      try {
        await config.applyToHTTPSOptions(options)
      } catch (error) {
        throw broken(`the credentials cannot be had: ${messageOf(error)}`, error)
      }
      const { headers, auth } = options
      return {
        agent: cluster.proxyUrl === undefined ? agents.for(options) : options.agent,
        ...(headers && { headers }),
        ...(auth && { auth }),
      }
    },
    close: () => agents.close(),
  }
}

/** What the library calls the context that it makes of a service account. */
const IN_POD = 'inClusterContext'

const broken = (message: string, cause?: unknown): Fault =>
  new Fault('ERR_KUBE_CONFIG', message, { cause })

/** The library makes an agent a request, which would be a connection a request. */
function createAgents(server: string) {
  // As of `kubectl proxy`.
  const plain = server.startsWith('http:') ? new PlainAgent({ keepAlive: true }) : undefined
  let current: { readonly key: string; readonly agent: Agent } | undefined
  return {
    for({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): Agent | PlainAgent {
      if (plain !== undefined) return plain
      const identity = JSON.stringify([ca, cert, key, servername, rejectUnauthorized].map(String))
      if (current?.key !== identity) {
        // Requests that are under way keep the old one's connections.
        const tls = { ca, cert, key, servername, rejectUnauthorized }
        const given = Object.entries(tls).filter(([, value]) => value !== undefined)
        current = {
          key: identity,
          agent: new Agent({ keepAlive: true, ...Object.fromEntries(given) }),
        }
      }
      return current.agent
    },
    close() {
      plain?.destroy()
      current?.agent.destroy()
    },
  }
}
