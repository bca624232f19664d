import { headerValue } from '../../net/index.ts'
import type { Handler } from '../exchange.ts'
import { NO_CONTENT } from './replies.ts'

/** Answers, then stops. `dapr-force-shutdown: true` does not wait for anything. */
export const postShutdown =
  (requestStop: (force: boolean) => void): Handler =>
  (x) => {
    requestStop(headerValue(x.request.headers, 'dapr-force-shutdown')?.toLowerCase() === 'true')
    return NO_CONTENT
  }
