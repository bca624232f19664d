import { headerValue, type Step } from '../../net/index.ts'
import type { BackendExchange } from '../exchange.ts'

/** Any page may read traces: there are no credentials to steal. Writing needs no more than a POST either. */
export const cors = (): Step<BackendExchange> => ({
  name: 'cors',
  enter({ request }) {
    const wanted = headerValue(request.headers, 'access-control-request-method')
    if (request.method !== 'OPTIONS' || wanted === undefined) return undefined
    return {
      status: 200,
      headers: [
        'Access-Control-Allow-Methods',
        'GET,POST',
        'Access-Control-Allow-Headers',
        'content-type,x-grpc-web',
      ],
    }
  },
  leave: (_x, reply) => ({
    ...reply,
    headers: [...reply.headers, 'Access-Control-Allow-Origin', '*'],
  }),
})
