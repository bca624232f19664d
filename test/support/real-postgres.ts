import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { type ChildProgram, startProgram } from './child-program.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-ports.ts'
import { requirePartner } from './partners.ts'
import type { SelfSigned } from './self-signed.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const execute = promisify(execFile)

export const POSTGRES_PASSWORD = 'right horse'

export interface RealPostgres extends AsyncDisposable {
  readonly port: number
  /** In libpq's form, with the password. */
  readonly connectionString: string
  /** One statement on a connection of its own. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
  /** Ends it with all that serves a connection, and it stays down. Default SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** On the same port with what is on its disk. */
  start(): Promise<void>
  /** Stops the answers of those who serve a connection now, not the connections. */
  freeze(): Promise<void>
  thaw(): Promise<void>
}

export interface PostgresOptions {
  /** Further settings, for example `{ max_connections: '10' }`. */
  readonly settings?: Readonly<Record<string, string>>
  /** It offers TLS with this certificate. */
  readonly tls?: SelfSigned
}

/** A real PostgreSQL on a free port, with an empty database `dapr`, in a directory of its own. */
export async function startPostgres(
  context: Mocha.Context,
  { settings = {}, tls }: PostgresOptions = {},
): Promise<RealPostgres> {
  const binary = requirePartner(context, 'postgres')
  const directory = await temporaryDirectory('sidelight-postgres-')
  const port = await freePort()
  // It refuses to run as root.
  const isRoot = process.getuid?.() === 0
  const asOther = isRoot
    ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
    : []
  const data = directory.file('data')
  if (isRoot) await execute('chown', ['postgres', directory.path])
  const passwordFile = directory.file('password')
  const run = (command: string, ...args: string[]) => {
    const [program = '', ...rest] = [...asOther, command, ...args]
    return [program, rest] as const
  }
  await execute(...run('sh', '-c', `printf %s '${POSTGRES_PASSWORD}' > ${passwordFile}`))
  const init = ['--no-sync', '--no-locale', '-E', 'UTF8', '-U', 'dapr', '-A', 'scram-sha-256']
  await execute(
    ...run(join(dirname(binary), 'initdb'), ...init, '-D', data, `--pwfile=${passwordFile}`),
  )
  // It wants a key that is its own.
  const [certFile, keyFile] = [directory.file('server.pem'), directory.file('server.key')]
  if (tls !== undefined) {
    const owner = isRoot ? ['-o', 'postgres'] : []
    await execute('install', ['-m', '600', ...owner, tls.certFile, certFile])
    await execute('install', ['-m', '600', ...owner, tls.keyFile, keyFile])
  }
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
    shared_buffers: '16MB',
    ...(tls && { ssl: 'on', ssl_cert_file: certFile, ssl_key_file: keyFile }),
    ...settings,
  }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const launch = async (): Promise<ChildProgram> => {
    const program = await startProgram(...run(binary, '-D', data, ...flags))
    try {
      await program.waitForLine(/ready to accept connections/)
      return program
    } catch (error) {
      await program[Symbol.asyncDispose]()
      throw error
    }
  }
  let program = await launch()
  const children = async (): Promise<number[]> =>
    (await readFile(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8'))
      .split(' ')
      .filter((pid) => pid !== '')
      .map(Number)
  const signalAll = (pids: readonly number[], signal: NodeJS.Signals): void => {
    for (const pid of pids)
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended by itself.
      }
  }
  const stop = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    const own = program.exited === undefined && signal === 'SIGKILL' ? await children() : []
    program.kill(signal)
    signalAll(own, signal)
    await program.exit
  }
  const query: RealPostgres['query'] = async (text, values = []) => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: 'dapr',
      password: POSTGRES_PASSWORD,
      database: 'dapr',
    })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(text, [...values])).rows
    } finally {
      await client.end()
    }
  }
  await execute(
    ...run(
      'env',
      `PGPASSWORD=${POSTGRES_PASSWORD}`,
      join(dirname(binary), 'psql'),
      '-q',
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-U',
      'dapr',
      '-d',
      'postgres',
      '-c',
      'CREATE DATABASE dapr',
    ),
  )
  return {
    port,
    connectionString: `host=127.0.0.1 port=${port} user=dapr password='${POSTGRES_PASSWORD}' database=dapr`,
    query,
    stop,
    async start() {
      // What a killed one shared may be in use a little longer.
      program = await eventually(launch, { deadlineMs: 15_000 })
    },
    freeze: async () => signalAll(await children(), 'SIGSTOP'),
    thaw: async () => signalAll(await children(), 'SIGCONT'),
    async [Symbol.asyncDispose]() {
      if (program.exited === undefined) await stop()
      await directory[Symbol.asyncDispose]()
    },
  }
}
