import type { Logger } from '../../../base/logger.ts'
import { apiFault } from '../../../net/index.ts'
import { readTapRequest } from '../../../policy/index.ts'
import type { Handler } from '../../exchange.ts'
import type { Taps } from '../../tap/taps.ts'

const MAX_SHOWN = 200
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1)$/

/**
 * `GET /sidelight/v1/tap`: requests as they end, a line of JSON each, until whoever asked goes.
 *
 * @throws Fault `ERR_TAP_OFF`, `ERR_TAP_TOKEN`, `ERR_TAP_BUSY`, `ERR_BAD_REQUEST`
 */
export const getTap =
  (parts: {
    readonly taps: Pick<Taps, 'open'>
    readonly isAllowed: () => boolean
    /** Whether whoever is here has shown a token. */
    readonly hasToken: boolean
    readonly log: Logger
  }): Handler =>
  ({ request: { query, remoteAddress } }) => {
    if (!parts.isAllowed()) throw apiFault('ERR_TAP_OFF', {})
    if (!parts.hasToken && !LOOPBACK.test(remoteAddress)) throw apiFault('ERR_TAP_TOKEN', {})
    const asked = readTapRequest(query)
    if (!asked.ok) throw apiFault('ERR_BAD_REQUEST', { reason: asked.error })
    const body = parts.taps.open(asked.value)
    parts.log.info('requests are tapped', {
      by: remoteAddress,
      selector: query.slice(0, MAX_SHOWN),
    })
    return {
      status: 200,
      headers: ['Content-Type', 'application/x-ndjson', 'Cache-Control', 'no-store'],
      body,
    }
  }
