import { eventually } from './eventually.ts'
import { freePorts } from './free-ports.ts'
import { type RealRedis, startRedis } from './real-redis.ts'

export interface RealRedisCluster extends AsyncDisposable {
  /** Masters, with a third of the slots each. */
  readonly nodes: readonly RealRedis[]
  /** `127.0.0.1:PORT,…`. */
  readonly addresses: string
}

const SLOTS = 16_384
const NODES = 3

/** Three redis-servers that are one Cluster. */
export async function startRedisCluster(context: Mocha.Context): Promise<RealRedisCluster> {
  const nodes: RealRedis[] = []
  let firstBusPort = 0
  const end = async () => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
  }
  try {
    for (const busPort of await freePorts(NODES)) {
      const args = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)]
      const node = await startRedis(context, { args })
      const n = nodes.push(node) - 1
      const [from, to] = [n, n + 1].map((part) => Math.floor((part * SLOTS) / NODES))
      await node.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String((to ?? 0) - 1))
      await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1))
      const first = nodes[0] ?? node
      if (node === first) firstBusPort = busPort
      else await node.command('CLUSTER', 'MEET', '127.0.0.1', `${first.port}`, `${firstBusPort}`)
    }
    await Promise.all(nodes.map((node) => eventually(() => knowsAll(node), { deadlineMs: 15_000 })))
  } catch (error) {
    await end()
    throw error
  }
  return {
    nodes,
    addresses: nodes.map(({ address }) => address).join(','),
    [Symbol.asyncDispose]: end,
  }
}

async function knowsAll(node: RealRedis): Promise<boolean> {
  const info = String(await node.command('CLUSTER', 'INFO'))
  const slots = (await node.command('CLUSTER', 'SLOTS')) as readonly unknown[]
  return info.includes('cluster_state:ok') && slots.length === NODES
}
