import type { IncomingMessage, RequestOptions } from 'node:http'
import { context } from '@opentelemetry/api'
import { getRPCMetadata } from '@opentelemetry/core'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { hasHeader, namesOf, routeOf } from '../http/index.ts'
import type { TrustedPropagator } from './trusted-propagator.ts'

/** @param place of our own page, whose scrapes are no requests of the app's */
export function createInstrumentations(
  propagator: TrustedPropagator,
  place: (() => { readonly port: number } | undefined) | undefined,
): (HttpInstrumentation | UndiciInstrumentation)[] {
  return [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: ({ socket }) => socket.localPort === place?.()?.port,
      ignoreOutgoingRequestHook(options: RequestOptions) {
        const names = namesOf(options.headers)
        propagator.heads(options.socketPath ? 'localhost' : hostOf(options), (name) =>
          names.includes(name),
        )
        return false
      },
      startIncomingSpanHook: ({ url = '' }) => (url.includes('?') ? { 'url.query': HIDDEN } : {}),
      startOutgoingSpanHook: (options: RequestOptions) => {
        const [path = '/', query] = (options.path ?? '/').split('?')
        const { protocol = 'http:', port } = options
        return query === undefined
          ? {}
          : {
              'url.full': `${protocol}//${hostOf(options)}${port ? `:${port}` : ''}${path}?${HIDDEN}`,
            }
      },
      // The route is known when the request has been served.
      responseHook(_, response) {
        if (!('req' in response)) return
        const metadata = getRPCMetadata(context.active())
        response.once('close', () => {
          const route = routeOf(response.req as IncomingMessage)
          if (metadata !== undefined && route !== undefined) metadata.route = route
        })
      },
    }),
    new UndiciInstrumentation({
      ignoreRequestHook({ origin, headers }) {
        propagator.heads(URL.canParse(origin) ? new URL(origin).hostname : '', (name) =>
          hasHeader(headers, name),
        )
        return false
      },
      startSpanHook({ origin, path }) {
        const [plain, query] = path.split('?')
        return query === undefined
          ? {}
          : { 'url.full': `${origin}${plain}?${HIDDEN}`, 'url.query': `?${HIDDEN}` }
      },
    }),
  ]
}

/** Of a query: it may hold secrets. @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/ */
const HIDDEN = 'REDACTED'

/** As Node reads them. @see nodejs `lib/_http_client.js` */
const hostOf = ({ hostname, host }: RequestOptions): string =>
  hostname ?? host?.replace(/:\d+$/, '') ?? 'localhost'
