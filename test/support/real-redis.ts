import { writeFile } from 'node:fs/promises'
import { createClient } from '@redis/client'
import { type ChildProgram, type Exit, startProgram } from './child-program.ts'
import { freePort } from './free-ports.ts'
import { requirePartner } from './partners.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface RealRedis extends AsyncDisposable {
  readonly port: number
  /** `127.0.0.1:PORT`. */
  readonly address: string
  readonly pid: number
  /** One command on a connection of its own, as `default` with the password given at the start. */
  command(...args: string[]): Promise<unknown>
  /** Ends it, and it stays down. Default SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<Exit>
  /** On the same port with what is on its disk. */
  start(): Promise<void>
  /** Stops its answers, not its connections. */
  freeze(): void
  thaw(): void
}

export interface RedisOptions {
  /** Further arguments, for example `['--appendonly', 'yes']`. */
  readonly args?: readonly string[]
  readonly password?: string
  /** A Sentinel, which watches nothing yet. */
  readonly sentinel?: boolean
  /** Instead of a free port of 127.0.0.1: where everybody may reach it. */
  readonly at?: { readonly host: string; readonly port: number }
}

/** A real redis-server on a free port, in an empty directory of its own, that saves nothing unless told. */
export async function startRedis(
  context: Pick<Mocha.Context, 'skip'>,
  { args = [], password, sentinel = false, at }: RedisOptions = {},
): Promise<RealRedis> {
  const binary = requirePartner(context, 'redis')
  const directory = await temporaryDirectory('sidelight-redis-')
  const { host, port } = at ?? { host: '127.0.0.1', port: await freePort() }
  // A Sentinel writes what it learns into its file; a server may have none.
  const file = sentinel ? [directory.file('sentinel.conf'), '--sentinel'] : []
  if (sentinel) await writeFile(directory.file('sentinel.conf'), '')
  const address = ['--port', String(port), '--bind', host, '--dir', directory.path]
  const open = at === undefined ? [] : ['--protected-mode', 'no']
  const common = [...file, ...address, ...open, ...(sentinel ? [] : ['--save', ''])]
  const secret = password === undefined ? [] : ['--requirepass', password]
  const launch = async (): Promise<ChildProgram> => {
    const program = await startProgram(binary, [...common, ...secret, ...args])
    try {
      await program.waitForLine(sentinel ? /Sentinel ID is/ : /Ready to accept connections/)
      return program
    } catch (error) {
      await program[Symbol.asyncDispose]()
      throw error
    }
  }
  let program = await launch()
  return {
    port,
    address: `${host}:${port}`,
    get pid() {
      return program.pid
    },
    async command(...command) {
      const client = createClient({
        RESP: 2,
        socket: { host, port, reconnectStrategy: false },
        ...(password === undefined ? {} : { password }),
        disableClientInfo: true,
        maintNotifications: 'disabled',
      })
      client.on('error', () => {})
      await client.connect()
      try {
        return await client.sendCommand(command)
      } finally {
        client.destroy()
      }
    },
    stop: (signal = 'SIGKILL') => program.stop(signal),
    async start() {
      program = await launch()
    },
    freeze: () => program.kill('SIGSTOP'),
    thaw: () => program.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}
