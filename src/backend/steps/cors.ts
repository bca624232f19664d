import { headerValue, type Step } from '../../net/index.ts'
import type { BackendExchange } from '../exchange.ts'

/**
 * Any page may read traces: there are no credentials to steal. Writing needs no more than a POST either. What
 * sidecars say of this machine (paths of files, addresses) is for pages of our own.
 */
export const cors = (): Step<BackendExchange> => ({
  name: 'cors',
  enter({ request }) {
    const wanted = headerValue(request.headers, 'access-control-request-method')
    if (request.method !== 'OPTIONS' || wanted === undefined || isOwn(request.path))
      return undefined
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
  leave: ({ request }, reply) =>
    isOwn(request.path)
      ? undefined
      : { ...reply, headers: [...reply.headers, 'Access-Control-Allow-Origin', '*'] },
})

const isOwn = (path: string): boolean => path.includes('/sidelight/') || path === '/sd'
