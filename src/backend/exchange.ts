import type { Measured, Reply, Request } from '../net/index.ts'
import { toReply } from './to-reply.ts'

/** One request to the backend on its way through the pipeline. */
export interface BackendExchange extends Measured {
  readonly request: Request
  /** Set by identify; the label of metrics. Never the raw path. */
  route: string
  /** Set by identify: path parameters, percent-decoded. */
  parameters: Readonly<Record<string, string>>
  /** Set by identify: what the route's refusals look like; `undefined` for a bug. */
  toReply: (error: unknown) => Reply | undefined
  /** Set by identify: who answers. */
  handle: Handler
}

export type Handler = (x: BackendExchange) => Reply | Promise<Reply>

export const beginExchange = (request: Request): BackendExchange => ({
  request,
  onClientGone: undefined,
  startMs: 0,
  headMs: undefined,
  route: 'unmatched',
  parameters: {},
  toReply,
  handle: () => {
    throw new Error('the exchange was not identified')
  },
})
