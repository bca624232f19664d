import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import type { AppRequest } from '../support/app-handler.ts'
import { eventually } from '../support/eventually.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
export const TRACEPARENT = `traceparent: 00-${TRACE_ID}-00f067aa0ba902b7-01`
export const JSON_TYPE = 'Content-Type: application/json'

/** A broker named `events`. */
export const broker = (metadata = ''): string => `
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: events }
spec:
  type: pubsub.in-memory
  metadata: [${metadata}]
`

export interface Answer {
  readonly status?: number
  readonly body?: string
}

export interface PubSubOptions {
  /** What the app answers to `GET /dapr/subscribe`. */
  readonly subscribe?: readonly object[]
  /** What it answers to a message; nothing at all for `undefined`. Default: 200. */
  readonly answer?: (seen: AppRequest, nth: number) => Answer | undefined
  /** Files of the directory of resources besides the broker's. */
  readonly files?: Readonly<Record<string, string>>
  /** Of the broker. */
  readonly metadata?: string
  readonly configuration?: (endpoint: string) => string
  /** Of the subscriber. */
  readonly flags?: readonly string[]
  /** Waited for before the fixture is handed out. Default: those of `subscribe`. */
  readonly topics?: readonly string[]
}

/** A publisher without an app, a subscriber whose app answers as the test says, and what Zipkin gets. */
export async function openPubSubApps(options: PubSubOptions = {}) {
  const { subscribe = [], files = {}, configuration } = options
  const receiver = await startSpanReceiver()
  const sidecars = await startSidecars(
    configuration?.(receiver.url) ?? tracing({ endpoint: receiver.url }),
  )
  const directory = `${sidecars.home}/components`
  await mkdir(directory)
  /** In one step, as a careful editor does. */
  const write = async (name: string, yaml: string): Promise<void> => {
    await writeFile(`${directory}/${name}.draft`, yaml)
    await rename(`${directory}/${name}.draft`, `${directory}/${name}`)
  }
  for (const [name, yaml] of Object.entries({ 'events.yaml': broker(options.metadata), ...files }))
    await write(name, yaml)
  let messages = 0
  const app = await startTestApp({
    handler(request, response: ServerResponse, seen) {
      request.resume()
      request.once('end', () => {
        if (seen.target === '/dapr/subscribe') return void response.end(JSON.stringify(subscribe))
        const given: Answer | undefined =
          options.answer === undefined ? {} : options.answer(seen, ++messages)
        if (given !== undefined) response.writeHead(given.status ?? 200).end(given.body)
      })
    },
  })
  const flags = [`--resources-path=${directory}`]
  const publisher = await sidecars.start('publisher', { flags })
  const subscriber = await sidecars.start('subscriber', {
    flags: [...flags, ...(options.flags ?? [])],
    appPort: app.port,
  })
  const hears = (topic: string) =>
    eventually(() =>
      subscriber.log.some((line) => line.includes(`subscribed to the following topics: ${topic} `)),
    )
  const topics =
    options.topics ?? subscribe.map((each) => String((each as { topic: string }).topic))
  const close = async (): Promise<void> => {
    await sidecars[Symbol.asyncDispose]()
    await app[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  }
  try {
    await Promise.all(topics.map(hears))
  } catch (error) {
    await close()
    throw error
  }
  const delivered = (path?: string): readonly AppRequest[] =>
    app.requests.filter(
      ({ target, complete }) =>
        complete && (path === undefined ? target !== '/dapr/subscribe' : target === path),
    )
  return {
    receiver,
    publisher,
    subscriber,
    app,
    hears,
    delivered,
    write,
    remove: (name: string) => rm(`${directory}/${name}`),
    /** What the app got at a path, parsed. */
    events: (path?: string) => delivered(path).map(({ body }) => JSON.parse(String(body))),
    spans: (name: string) => receiver.spans.filter((span) => span.name === name),
    subscriptions: async () =>
      ((await subscriber.metadata()) as unknown as { subscriptions?: object[] }).subscriptions ??
      [],
    publish: (body: string, headers: readonly string[] = [], path = 'events/orders') =>
      send(publisher.port, 'POST', `/v1.0/publish/${path}`, headers, body),
    publishBulk: (
      body: unknown,
      headers: readonly string[] = [],
      target = '/v1.0/publish/bulk/events/orders',
    ) =>
      send(
        publisher.port,
        'POST',
        target,
        [JSON_TYPE, ...headers],
        typeof body === 'string' ? body : JSON.stringify(body),
      ),
    [Symbol.asyncDispose]: close,
  }
}

/** The `errorCode` of an answer. */
export const codeOf = (answer: { readonly body: Buffer }): string =>
  JSON.parse(answer.body.toString()).errorCode
