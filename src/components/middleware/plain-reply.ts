import { STATUS_CODES } from 'node:http'
import type { Reply } from '../../net/index.ts'

/** A refusal in plain text, as daprd's handlers give it. */
export const plainReply = (
  status: number,
  text = STATUS_CODES[status] ?? '',
  headers: readonly string[] = [],
): Reply => ({
  status,
  headers: ['Content-Type', 'text/plain; charset=utf-8', ...headers],
  body: `${text}\n`,
})
