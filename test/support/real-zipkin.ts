import { atEnd } from './at-end.ts'
import { startProgram } from './child-program.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-ports.ts'
import { requirePartner } from './partners.ts'

export interface RealZipkin {
  readonly port: number
  /** `http://127.0.0.1:PORT`, without a path. */
  readonly url: string
  readonly pid: number
}

let shared: Promise<RealZipkin> | undefined

/**
 * The real Zipkin server, in memory. It takes seconds to start, so a run has one, and tests tell
 * their spans apart by service names of their own. Give the test `this.timeout(60_000)`.
 */
export function realZipkin(context: Mocha.Context): Promise<RealZipkin> {
  requirePartner(context, 'zipkin')
  shared ??= start(requirePartner(context, 'java'), requirePartner(context, 'zipkin'))
  return shared
}

/** One of the caller's own, for benches; the caller stops it. */
export async function startZipkin(
  java: string,
  jar: string,
  { heap = '512m', env = {} }: { heap?: string; env?: Record<string, string> } = {},
): Promise<RealZipkin & AsyncDisposable> {
  const port = await freePort()
  const program = await startProgram(java, [`-Xmx${heap}`, '-XX:+UseSerialGC', '-jar', jar], {
    env: {
      QUERY_PORT: String(port),
      STORAGE_TYPE: 'mem',
      // The server reads any *_STORAGE or *_ENABLED of the environment; these two would phone out.
      SELF_TRACING_ENABLED: 'false',
      COLLECTOR_GRPC_ENABLED: 'false',
      ...env,
    },
  })
  const url = `http://127.0.0.1:${port}`
  await eventually(
    async () => {
      if (program.exited !== undefined) throw new Error(`Zipkin ended:\n${program.output}`)
      return (await fetch(`${url}/health`)).ok
    },
    { deadlineMs: 60_000, intervalMs: 100 },
  )
  return {
    port,
    url,
    pid: program.pid,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

async function start(java: string, jar: string): Promise<RealZipkin> {
  const zipkin = await startZipkin(java, jar)
  atEnd(() => zipkin[Symbol.asyncDispose]())
  return zipkin
}
