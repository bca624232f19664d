import { readdirSync, readFileSync } from 'node:fs'
import { createSystemClock } from '../../src/base/clock.ts'
import { createKubeClient, loadCluster } from '../../src/kube/index.ts'
import { type ChildProgram, startProgram } from './child-program.ts'
import { eventually } from './eventually.ts'

/** An API server that took the place of one that was killed. */
export interface RestartedApiServer {
  /** Ends it, and lets go on what had started the first. */
  stop(): Promise<void>
}

/** Kills the API server that a kubeconfig names, and starts it again at its port, with what etcd has. */
export async function restartApiServer(kubeconfig: string): Promise<RestartedApiServer> {
  const cluster = loadCluster({ kubeconfig })
  const { port } = new URL(cluster.server)
  const old = findApiServer(port)
  // It ends everything when one of its children does: it is held still.
  process.kill(old.parent, 'SIGSTOP')
  process.kill(old.pid, 'SIGKILL')
  const [program = '', ...args] = old.argv
  const next: ChildProgram = await startProgram(program, args, { lifeline: true })
  const client = createKubeClient({ cluster, clock: createSystemClock(), userAgent: 'test' })
  await eventually(async () => (await client.read('/readyz')).status === 200, {
    deadlineMs: 60_000,
  })
  cluster.close()
  return {
    async stop() {
      await next.stop('SIGKILL')
      process.kill(old.parent, 'SIGCONT')
    },
  }
}

function findApiServer(port: string) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
      if (argv[1] !== 'kube-apiserver' || !argv.includes(`--secure-port=${port}`)) continue
      // Behind the name, which may have spaces: state, parent.
      const [, parent] =
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      return { pid: Number(pid), parent: Number(parent), argv }
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error(`no API server listens on ${port}`)
}
