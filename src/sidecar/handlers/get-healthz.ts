import { apiFault } from '../../net/index.ts'
import type { Handler } from '../exchange.ts'
import type { Readiness } from '../readiness.ts'
import { NO_CONTENT } from './replies.ts'

/** 204 once everything, the app's port included, is there. `?appid=` asks whether this is that app's sidecar. */
export const getHealthz =
  (readiness: Readiness, appId: string): Handler =>
  (x) => {
    const asked = new URLSearchParams(x.request.query).get('appid')
    if (asked !== null && asked !== '' && asked !== appId)
      throw apiFault('ERR_HEALTH_APPID_NOT_MATCH')
    const waiting = readiness.waitingFor()
    if (waiting.length > 0)
      throw apiFault('ERR_HEALTH_NOT_READY', { waiting: `waiting for ${waiting.join(', ')}` })
    return NO_CONTENT
  }

/** 204 as soon as the API serves: what an SDK waits for before its app listens. */
export const getHealthzOutbound =
  (readiness: Readiness): Handler =>
  () => {
    if (!readiness.isOutboundReady()) throw apiFault('ERR_OUTBOUND_HEALTH_NOT_READY')
    return NO_CONTENT
  }
