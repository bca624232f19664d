import { writeFile } from 'node:fs/promises'
import { startProgram } from './child-program.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-ports.ts'
import { requirePartner } from './partners.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [timeSeconds: number, value: string]
}

export interface RealPrometheus extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** Instant query; the result vector. Fails with Prometheus' own words. */
  query(expression: string): Promise<readonly PrometheusSample[]>
  /** Exemplars of the last hour. */
  exemplars(expression: string): Promise<readonly PrometheusExemplar[]>
}

export interface PrometheusExemplar {
  readonly labels: Readonly<Record<string, string>>
  readonly value: string
  readonly timestamp: number
}

export interface PrometheusSettings {
  /** Scraped each 200 ms at `/metrics`: `127.0.0.1:9090`. */
  readonly targets?: readonly string[]
  /** A whole prometheus.yml instead. */
  readonly config?: string
  /** OpenMetrics text with times: what it has stored when it starts. */
  readonly samples?: string
  /** Others may write samples into it. */
  readonly takesSamples?: boolean
}

/**
 * A real Prometheus on a free port with an empty store of its own. It hands its targets to the
 * scraper in a rhythm of 5 s, so the first sample needs that long: wait for it with `eventually`
 * and a deadline of 30 s.
 */
export async function startPrometheus(
  context: Pick<Mocha.Context, 'skip'>,
  settings: PrometheusSettings,
): Promise<RealPrometheus> {
  const binary = requirePartner(context, 'prometheus')
  const directory = await temporaryDirectory('sidelight-prometheus-')
  const file = directory.file('prometheus.yml')
  await writeFile(file, settings.config ?? scrapeConfig(settings.targets ?? []))
  if (settings.samples !== undefined) await writeBlocks(context, directory, settings.samples)
  const port = await freePort()
  const program = await startProgram(binary, [
    `--config.file=${file}`,
    `--storage.tsdb.path=${directory.file('data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    // Samples of a test may be from any time.
    '--storage.tsdb.retention.time=100y',
    '--web.enable-lifecycle',
    '--log.level=warn',
    '--enable-feature=exemplar-storage',
    ...(settings.takesSamples ? ['--web.enable-remote-write-receiver'] : []),
  ])
  const url = `http://127.0.0.1:${port}`
  const dispose = async (): Promise<void> => {
    await program[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  }
  try {
    await eventually(
      async () => {
        if (program.exited !== undefined) throw new Error(`Prometheus ended:\n${program.output}`)
        return (await fetch(`${url}/-/ready`)).ok
      },
      { deadlineMs: 30_000, intervalMs: 50 },
    )
  } catch (error) {
    await dispose()
    throw error
  }
  const ask = async <T>(path: string, parameters: Record<string, string>): Promise<T> => {
    const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const body = (await answer.json()) as { error?: string; data?: T }
    if (body.data === undefined) throw new Error(body.error ?? `status ${answer.status}`)
    return body.data
  }
  return {
    port,
    url,
    query: async (expression) =>
      (await ask<{ result: PrometheusSample[] }>('query', { query: expression })).result,
    async exemplars(query) {
      const end = Math.ceil(Date.now() / 1_000)
      const found = await ask<{ exemplars: PrometheusExemplar[] }[]>('query_exemplars', {
        query,
        start: String(end - 3_600),
        end: String(end + 60),
      })
      return found.flatMap(({ exemplars }) => exemplars)
    },
    [Symbol.asyncDispose]: dispose,
  }
}

async function writeBlocks(
  context: Pick<Mocha.Context, 'skip'>,
  directory: Awaited<ReturnType<typeof temporaryDirectory>>,
  samples: string,
): Promise<void> {
  const file = directory.file('samples.txt')
  await writeFile(file, samples)
  const to = directory.file('data')
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, to]
  await using program = await startProgram(requirePartner(context, 'promtool'), args)
  const { code } = await program.exit
  if (code !== 0) throw new Error(`promtool ended with ${code}:\n${program.output}`)
}

function scrapeConfig(targets: readonly string[]): string {
  const scrape = { job_name: 'sidelight', static_configs: [{ targets }] }
  // JSON is YAML.
  return JSON.stringify({
    global: { scrape_interval: '200ms', scrape_timeout: '200ms' },
    scrape_configs: [scrape],
  })
}
