import { writeFile } from 'node:fs/promises'
import { startProgram } from './child-program.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-ports.ts'
import { requirePartner } from './partners.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Where the Collector sends what it got: exporters of its configuration, for example `{ zipkin: { endpoint } }`. */
export type CollectorExporters = Readonly<Record<string, unknown>>

export interface RealCollector extends AsyncDisposable {
  /** `127.0.0.1:PORT` of OTLP/gRPC, of OTLP/HTTP, and of Zipkin. */
  readonly grpc: string
  readonly http: string
  readonly zipkin: string
}

/** A real OpenTelemetry Collector, made of `test/interop/collector`. Give the test `this.timeout(60_000)`. */
export async function startCollector(
  context: Mocha.Context,
  exporters: CollectorExporters,
): Promise<RealCollector> {
  const binary = requirePartner(context, 'otelcol')
  const [grpc, http, zipkin] = [await freePort(), await freePort(), await freePort()]
  const directory = await temporaryDirectory('sidelight-collector-')
  const file = directory.file('config.yaml')
  // Zipkin takes none.
  const forMetrics = Object.keys(exporters).filter((name) => name.startsWith('otlp'))
  const at = (port: number) => ({ endpoint: `127.0.0.1:${port}` })
  // JSON is YAML.
  await writeFile(
    file,
    JSON.stringify({
      receivers: { otlp: { protocols: { grpc: at(grpc), http: at(http) } }, zipkin: at(zipkin) },
      exporters,
      service: {
        telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
        pipelines: {
          traces: { receivers: ['otlp', 'zipkin'], exporters: Object.keys(exporters) },
          ...(forMetrics.length === 0
            ? {}
            : { metrics: { receivers: ['otlp'], exporters: forMetrics } }),
        },
      },
    }),
  )
  const program = await startProgram(binary, ['--config', file])
  const dispose = async (): Promise<void> => {
    await program[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  }
  try {
    await Promise.race([
      eventually(
        async () => {
          for (const port of [http, zipkin]) await fetch(`http://127.0.0.1:${port}/`)
          return true
        },
        { deadlineMs: 30_000, intervalMs: 50 },
      ),
      program.exit.then(() => {
        throw new Error(`the Collector ended:\n${program.output}`)
      }),
    ])
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    grpc: `127.0.0.1:${grpc}`,
    http: `127.0.0.1:${http}`,
    zipkin: `127.0.0.1:${zipkin}`,
    [Symbol.asyncDispose]: dispose,
  }
}
