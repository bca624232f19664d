import type { RequestListener } from 'node:http'

/** One app, of the test's own process, or of another; without listener and port it only calls. */
export interface TestApp {
  readonly id: string
  /** Answers its requests, for example an Express app; or makes what does, once its sidecar is there. */
  readonly listener?: RequestListener
  readonly create?: (sidecar: SidecarOfApp) => RequestListener | Promise<RequestListener>
  /** Where it listens already, on loopback. */
  readonly port?: number
}

/** An app's sidecar. */
export interface SidecarOfApp {
  readonly id: string
  /** Of its API, for example `http://127.0.0.1:40321`. */
  readonly url: string
  /** What the Dapr CLI tells an app: `DAPR_HTTP_PORT` and others, for an app that is started by the test. */
  readonly env: Readonly<Record<string, string>>
  /** What it logged. */
  readonly log: readonly string[]
  /** Calls a method of an app, of its own unless told otherwise. */
  invoke(method: string, init?: RequestInit & { readonly app?: string }): Promise<Response>
  publish(topic: string, data: unknown, pubsub?: string): Promise<Response>
}
