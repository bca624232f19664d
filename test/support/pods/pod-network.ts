import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'

/** A network namespace a pod, all on one bridge, whose address is this machine's. */
export interface PodNetwork extends AsyncDisposable {
  /** Of this machine, as pods see it. */
  readonly host: string
  /** Makes a namespace with an address. */
  add(): Promise<PodPlace>
  /** What the names stand for, in every namespace, from now on: `/etc/hosts` of each. */
  setNames(names: ReadonlyMap<string, readonly string[]>): void
}

export interface PodPlace {
  readonly address: string
  /** Runs a program in it. */
  wrap(command: readonly string[]): readonly [string, ...string[]]
  remove(): Promise<void>
}

const ip = async (...args: readonly string[]): Promise<void> => {
  await promisify(execFile)('ip', args)
}

/** Needs root, and `ip` of iproute2. */
export async function openPodNetwork(): Promise<PodNetwork> {
  const id = (process.pid % 46_656).toString(36)
  const bridge = `slb${id}`
  const prefix = `10.${200 + (process.pid % 50)}.${Math.floor(process.pid / 50) % 250}`
  const host = `${prefix}.1`
  const places = new Map<string, PodPlace>()
  let hosts = '127.0.0.1 localhost\n'
  let count = 1
  await ip('link', 'add', bridge, 'type', 'bridge')
  await ip('addr', 'add', `${host}/24`, 'dev', bridge)
  await ip('link', 'set', bridge, 'up')

  const remove = async (name: string, veth: string): Promise<void> => {
    places.delete(name)
    await ip('netns', 'del', name)
    await ip('link', 'del', veth).catch(() => undefined)
    rmSync(`/etc/netns/${name}`, { recursive: true, force: true })
  }
  return {
    host,
    async add() {
      const number = ++count
      const [name, veth] = [`sl${id}p${number}`, `slv${id}${number}`]
      const address = `${prefix}.${number}`
      // What lies here stands over /etc of who is started in the namespace.
      mkdirSync(`/etc/netns/${name}`, { recursive: true })
      writeFileSync(`/etc/netns/${name}/hosts`, hosts)
      writeFileSync(`/etc/netns/${name}/resolv.conf`, '')
      await ip('netns', 'add', name)
      await ip('link', 'add', veth, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
      await ip('link', 'set', veth, 'master', bridge, 'up')
      await ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0')
      await ip('-n', name, 'link', 'set', 'eth0', 'up')
      await ip('-n', name, 'link', 'set', 'lo', 'up')
      const place: PodPlace = {
        address,
        wrap: (command) => ['ip', 'netns', 'exec', name, ...command],
        remove: () => remove(name, veth),
      }
      places.set(name, place)
      return place
    },
    setNames(names) {
      const lines = [...names].flatMap(([name, addresses]) =>
        // Also as who wants no search list asks for it.
        addresses.map((address) => `${address} ${name} ${name}.`),
      )
      hosts = ['127.0.0.1 localhost', ...lines, ''].join('\n')
      // In place: it is this file that is mounted.
      for (const name of places.keys()) writeFileSync(`/etc/netns/${name}/hosts`, hosts)
    },
    async [Symbol.asyncDispose]() {
      for (const place of [...places.values()]) await place.remove()
      await ip('link', 'del', bridge)
    },
  }
}
