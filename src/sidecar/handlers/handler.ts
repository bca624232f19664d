import type { Reply } from '../../net/index.ts'
import type { SidecarExchange } from '../exchange.ts'

/** Serves one route. @throws Fault of the error catalogue */
export type Handler = (x: SidecarExchange) => Reply | Promise<Reply>

/** Dapr's answer when there is nothing to say. */
export const NO_CONTENT: Reply = { status: 204, headers: [] }

export const jsonReply = (value: unknown): Reply => ({
  status: 200,
  headers: ['Content-Type', 'application/json'],
  body: JSON.stringify(value),
})
