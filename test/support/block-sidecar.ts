import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { type SpanReceiver, startSpanReceiver } from './span-receiver.ts'
import { type Sidecars, send, startSidecars, type TestSidecar, tracing } from './test-sidecars.ts'

export interface Answer {
  readonly status: number
  readonly text: string
}

/** A traced sidecar with components from a directory that the test may change. */
export interface BlockSidecar extends AsyncDisposable {
  readonly sidecar: TestSidecar
  readonly sidecars: Sidecars
  readonly receiver: SpanReceiver
  /** Writes a component in one step. */
  put(file: string, text: string): Promise<void>
  remove(file: string): Promise<void>
  /** A body that is no text goes out as JSON. */
  call(method: string, path: string, body?: unknown): Promise<Answer>
  /** One more sidecar in this process, with the same components. */
  startAnother(appId: string): Promise<TestSidecar>
  /** Everything that leaves the sidecar besides its answers: spans, metrics, log. */
  outputs(): Promise<Readonly<Record<string, string>>>
}

export interface BlockSidecarOptions {
  readonly appPort?: number
  readonly env?: Readonly<Record<string, string>>
  readonly flags?: readonly string[]
  /** Takes the place of the Configuration, given where spans go. */
  readonly configuration?: (endpoint: string) => string
}

/** @param components resources by file name */
export async function startBlockSidecar(
  components: Readonly<Record<string, string>>,
  { appPort, env = {}, flags = [], configuration }: BlockSidecarOptions = {},
): Promise<BlockSidecar> {
  const receiver = await startSpanReceiver()
  const endpoint = receiver.url
  const sidecars = await startSidecars(configuration?.(endpoint) ?? tracing({ endpoint }))
  const directory = `${sidecars.home}/components`
  await mkdir(directory, { recursive: true })
  const put = async (file: string, text: string): Promise<void> => {
    await writeFile(`${sidecars.home}/draft`, text)
    await rename(`${sidecars.home}/draft`, `${directory}/${file}`)
  }
  const close = async (): Promise<void> => {
    await sidecars[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  }
  const start = (appId: string) =>
    sidecars.start(appId, {
      flags: [`--resources-path=${directory}`, ...flags],
      env,
      ...(appPort === undefined ? {} : { appPort }),
    })
  try {
    for (const [file, text] of Object.entries(components)) await put(file, text)
    const sidecar = await start('shop')
    return {
      sidecar,
      sidecars,
      receiver,
      put,
      remove: (file) => rm(`${directory}/${file}`),
      async call(method, path, body) {
        const text =
          body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
        const answer = await send(sidecar.port, method, path, [], text)
        return { status: answer.status, text: answer.body.toString() }
      },
      startAnother: start,
      async outputs() {
        return {
          spans: receiver.posts.map(({ body }) => body).join(),
          metrics: await sidecar.metrics(),
          log: sidecar.log.join('\n'),
        }
      },
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** For example `500 ERR_SECRET_GET: …`. */
export function errorOf({ status, text }: Answer): string {
  const { errorCode, message } = JSON.parse(text)
  return `${status} ${errorCode}: ${message}`
}

/** A Component with settings that are written as JSON. */
export const component = (
  name: string,
  type: string,
  metadata: readonly object[] = [],
  more = '',
): string =>
  `apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: ${name} }\nspec:\n  type: ${type}\n  metadata: ${JSON.stringify(metadata)}\n${more}`
