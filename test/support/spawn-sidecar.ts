import { mkdir, writeFile } from 'node:fs/promises'
import type { ChildProgram } from './child-program.ts'
import { eventually } from './eventually.ts'
import { freePorts } from './free-ports.ts'
import { spawnCli } from './spawn-cli.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface SpawnedSidecar extends AsyncDisposable {
  readonly program: ChildProgram
  /** Of the HTTP API. */
  readonly port: number
}

/** Values are texts; `{directory}` in one is a directory of the sidecar's own. */
export interface ComponentSpec {
  readonly name: string
  readonly type: string
  readonly metadata?: Readonly<Record<string, string>>
}

export interface SpawnOptions {
  readonly appId: string
  readonly appPort?: number
  readonly components: readonly ComponentSpec[]
  readonly flags?: readonly string[]
}

/**
 * The built program as a process of its own, which can be killed; ready when this resolves.
 *
 * @throws Error with its output when it ends instead
 */
export async function spawnSidecar({
  appId,
  appPort,
  components,
  flags = [],
}: SpawnOptions): Promise<SpawnedSidecar> {
  const directory = await temporaryDirectory('sidelight-process-')
  const [port = 0, grpc = 0, internal = 0, metrics = 0] = await freePorts(4)
  await mkdir(directory.file('resources'))
  for (const component of components)
    await writeFile(
      directory.file(`resources/${component.name}.yaml`),
      toResource(component, directory.path),
    )
  const program = await spawnCli(
    [
      'sidecar',
      `--app-id=${appId}`,
      `--dapr-http-port=${port}`,
      `--dapr-grpc-port=${grpc}`,
      `--dapr-internal-grpc-port=${internal}`,
      `--metrics-port=${metrics}`,
      `--resources-path=${directory.file('resources')}`,
      ...(appPort === undefined ? [] : [`--app-port=${appPort}`]),
      ...flags,
    ],
    { env: { SIDELIGHT_HOME: directory.path } },
  )
  const close = async (): Promise<void> => {
    await program[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  }
  const health = `http://127.0.0.1:${port}/v1.0/healthz`
  const isReady = async () => (await fetch(health).catch(() => undefined))?.ok === true
  const ended = program.exit.then(() => Promise.reject(new Error(program.output)))
  // It may also end when nobody waits any more.
  ended.catch(() => undefined)
  try {
    await Promise.race([eventually(isReady, { deadlineMs: 15_000 }), ended])
  } catch (error) {
    await close()
    throw error
  }
  return {
    program,
    port,
    [Symbol.asyncDispose]: close,
  }
}

const toResource = ({ name, type, metadata = {} }: ComponentSpec, directory: string): string =>
  JSON.stringify({
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Component',
    metadata: { name },
    spec: {
      type,
      metadata: Object.entries(metadata).map(([setting, value]) => ({
        name: setting,
        value: value.replace('{directory}', directory),
      })),
    },
  })
