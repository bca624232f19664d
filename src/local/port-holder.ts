import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'

export interface PortHolder {
  readonly pid: number
  /** Program and script, without the arguments: those may hold secrets. */
  readonly command: string
}

/** Who listens on a TCP port of this machine. `undefined` when the system does not tell, for example of other users' processes. */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  const pid = (await fromProc(port)) ?? (await fromLsof(port))
  return pid === undefined ? undefined : { pid, command: await commandOf(pid) }
}

/** State `LISTEN` in `/proc/net/tcp`. */
const LISTEN = '0A'

/** Linux: the listening socket's inode, then the process that has it open. */
async function fromProc(port: number): Promise<number | undefined> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readOrEmpty))
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const sockets = new Set(
    tables
      .flatMap((table) => table.split('\n'))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === LISTEN && local?.endsWith(`:${hexPort}`))
      .map((columns) => `socket:[${columns[9]}]`),
  )
  if (sockets.size === 0) return undefined
  for (const pid of (await listOrEmpty('/proc')).filter((name) => /^\d+$/.test(name)))
    for (const fd of await listOrEmpty(`/proc/${pid}/fd`)) {
      const open = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
      if (sockets.has(open)) return Number(pid)
    }
  return undefined
}

const LSOF_TIMEOUT_MS = 2_000

/** macOS and the BSDs. */
const fromLsof = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']
    execFile('lsof', args, { timeout: LSOF_TIMEOUT_MS }, (_error, stdout) => {
      const pid = Number.parseInt(stdout, 10)
      resolve(Number.isNaN(pid) ? undefined : pid)
    })
  })

async function commandOf(pid: number): Promise<string> {
  const [program = '', script = ''] = (await readOrEmpty(`/proc/${pid}/cmdline`)).split('\0')
  if (program === '') return 'unknown'
  const words = [basename(program), ...(/^[\w./@-]+\.\w+$/.test(script) ? [basename(script)] : [])]
  return words.join(' ')
}

const readOrEmpty = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '')
const listOrEmpty = (directory: string): Promise<string[]> => readdir(directory).catch(() => [])
