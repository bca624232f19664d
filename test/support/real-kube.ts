import { readFile } from 'node:fs/promises'
import { atEnd } from './at-end.ts'
import { startProgram } from './child-program.ts'
import { createKubeClient, type KubeClient } from './kube-client.ts'
import { requirePartner } from './partners.ts'
import { type RestartedApiServer, restartApiServer } from './restart-api-server.ts'

export interface RealKube {
  readonly client: KubeClient
  /** Path of the file, for programs. */
  readonly kubeconfig: string
}

let shared: Promise<RealKube> | undefined

/**
 * A real API server: the cluster that `SIDELIGHT_KUBECONFIG` names, else one that is started for the run. Tests share it, and
 * have a namespace each. Give the test `this.timeout(60_000)`.
 */
export function realKube(context: Pick<Mocha.Context, 'skip'>): Promise<RealKube> {
  const path = requirePartner(context, 'kube')
  shared ??= process.env.SIDELIGHT_KUBECONFIG ? connect(path) : start(path)
  return shared
}

async function start(script: string): Promise<RealKube> {
  const { kubeconfig, stop } = await startCluster(script)
  atEnd(stop)
  return connect(kubeconfig)
}

/**
 * A cluster of the test's own, for what would be in the way of others. End it by `stop()`.
 *
 * @param options `runPods`: a node says of every pod that it runs and is ready
 */
export async function ownKube(
  context: Pick<Mocha.Context, 'skip'>,
  { runPods = false }: { readonly runPods?: boolean } = {},
): Promise<OwnKube> {
  return startCluster(requirePartner(context, 'kubeServer'), runPods ? ['-run-pods'] : [])
}

export interface OwnKube {
  readonly kubeconfig: string
  /** Kills the API server and starts it again at the same address, with what etcd has. */
  restartApiServer(): Promise<void>
  /** By SIGKILL it would leave its data behind. */
  stop(): Promise<void>
}

async function startCluster(script: string, more: readonly string[] = []): Promise<OwnKube> {
  const program = await startProgram(script, ['-lifeline', ...more], { lifeline: true })
  const [, kubeconfig = ''] = await program.waitForLine(/^KUBECONFIG=(.+)$/, { deadlineMs: 50_000 })
  const restarted: RestartedApiServer[] = []
  return {
    kubeconfig,
    async restartApiServer() {
      restarted.push(await restartApiServer(kubeconfig))
    },
    async stop() {
      for (const each of restarted) await each.stop()
      await program.stop()
    },
  }
}

const connect = async (file: string): Promise<RealKube> => ({
  client: createKubeClient(await readFile(file, 'utf8')),
  kubeconfig: file,
})
