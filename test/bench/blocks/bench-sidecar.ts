import { mkdir, writeFile } from 'node:fs/promises'
import type { ChildProgram } from '../../support/child-program.ts'
import { eventually } from '../../support/eventually.ts'
import { freePorts } from '../../support/free-ports.ts'
import { spawnCli } from '../../support/spawn-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

export interface BenchSidecar extends AsyncDisposable {
  readonly program: ChildProgram
  readonly port: number
}

/** One component, called `bench`; metadata values are texts. */
export interface BenchComponent {
  readonly type: string
  readonly metadata: Readonly<Record<string, string>>
}

/** The built program with one component and without tracing. `{directory}` in a value is a directory of its own. */
export async function startBenchSidecar(
  { type, metadata }: BenchComponent,
  appPort?: number,
): Promise<BenchSidecar> {
  const directory = await temporaryDirectory('sidelight-bench-')
  const [port = 0, grpc = 0, internal = 0, metrics = 0] = await freePorts(4)
  await mkdir(directory.file('resources'))
  await writeFile(
    directory.file('resources/bench.yaml'),
    JSON.stringify({
      apiVersion: 'dapr.io/v1alpha1',
      kind: 'Component',
      metadata: { name: 'bench' },
      spec: {
        type,
        version: 'v1',
        metadata: Object.entries(metadata).map(([name, value]) => ({
          name,
          value: value.replace('{directory}', directory.path),
        })),
      },
    }),
  )
  const program = await spawnCli(
    [
      'sidecar',
      '--app-id=bench',
      `--dapr-http-port=${port}`,
      `--dapr-grpc-port=${grpc}`,
      `--dapr-internal-grpc-port=${internal}`,
      `--metrics-port=${metrics}`,
      `--resources-path=${directory.file('resources')}`,
      '--log-level=error',
      ...(appPort === undefined ? [] : [`--app-port=${appPort}`]),
    ],
    { env: { SIDELIGHT_HOME: directory.path } },
  )
  const health = `http://127.0.0.1:${port}/v1.0/healthz`
  await eventually(async () => (await fetch(health).catch(() => undefined))?.ok === true)
  return {
    program,
    port,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}
