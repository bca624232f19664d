import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below the kernel's ephemeral range (32768 and up), so that no outgoing connection takes the port
 * between this look and the program's own bind.
 */
const LOWEST = 20_000
const HIGHEST = 32_000

const handedOut = new Set<number>()

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '0.0.0.0', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

/**
 * Ports for programs that cannot be told to take port 0. Never the same one twice in a run. Where
 * port 0 is possible, take that.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = randomInt(LOWEST, HIGHEST)
    if (handedOut.has(port) || !(await isFree(port))) continue
    handedOut.add(port)
    ports.push(port)
  }
  return ports
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  if (port === undefined) throw new Error('no free port')
  return port
}
