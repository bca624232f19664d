import { codeOf, messageOf } from '../../base/fault.ts'
import { type Reply, STATUS_CLIENT_GONE } from '../../net/index.ts'

const STATUSES: Readonly<Record<string, number>> = {
  REVIEW_MALFORMED: 400,
  ERR_BODY_TOO_LARGE: 413,
  ERR_BODY_READ: STATUS_CLIENT_GONE,
}

/** @returns `undefined` for a bug */
export function toReply(error: unknown): Reply | undefined {
  const status = STATUSES[codeOf(error) ?? '']
  return status === undefined ? undefined : plainText(status, messageOf(error))
}

export const plainText = (
  status: number,
  body: string,
  headers: readonly string[] = [],
): Reply => ({
  status,
  headers: ['Content-Type', 'text/plain; charset=utf-8', ...headers],
  body: `${body}\n`,
})
