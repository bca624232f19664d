import { readFile } from 'node:fs/promises'
import { atEnd } from './at-end.ts'
import { startProgram } from './child-program.ts'
import { createKubeClient, type KubeClient } from './kube-client.ts'
import { requirePartner } from './partners.ts'

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
  const program = await startProgram(script, ['-lifeline'], { lifeline: true })
  atEnd(async () => {
    // By SIGKILL it would leave its data behind.
    await program.stop()
  })
  const [, file = ''] = await program.waitForLine(/^KUBECONFIG=(.+)$/, { deadlineMs: 50_000 })
  return connect(file)
}

const connect = async (file: string): Promise<RealKube> => ({
  client: createKubeClient(await readFile(file, 'utf8')),
  kubeconfig: file,
})
