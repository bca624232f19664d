import { headerValue, type Reply, type Step } from '../../net/index.ts'
import type { SidecarExchange } from '../exchange.ts'
import { sameSecret } from '../same-secret.ts'
import type { ErrorMeter } from '../telemetry/error-meter.ts'

/** daprd's answer, to the letter. */
const REFUSED: Reply = {
  status: 401,
  headers: ['Content-Type', 'text/plain; charset=utf-8'],
  body: 'invalid api token\n',
}

/** Asks for the API token, if there is one, on every route that is not open. */
export function authorize(
  apiToken: string | undefined,
  countError: ErrorMeter,
): Step<SidecarExchange> {
  const expected = apiToken === undefined ? undefined : Buffer.from(apiToken)
  return {
    name: 'authorize',
    enter(x) {
      if (expected === undefined || x.route?.open === true) return undefined
      if (sameSecret(headerValue(x.request.headers, 'dapr-api-token'), expected)) return undefined
      // Its body has no code: nothing is thrown that rescue could count.
      countError('ERR_API_TOKEN')
      return REFUSED
    },
  }
}
