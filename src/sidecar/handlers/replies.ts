import type { Reply } from '../../net/index.ts'

/** Dapr's answer when there is nothing to say. */
export const NO_CONTENT: Reply = { status: 204, headers: [] }

export const jsonReply = (value: unknown): Reply => ({
  status: 200,
  headers: ['Content-Type', 'application/json'],
  body: JSON.stringify(value),
})
