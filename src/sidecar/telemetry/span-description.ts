import { headerValue, type SpanDescription } from '../../net/index.ts'
import {
  ATTRIBUTE_HEADER_PREFIX,
  attributes,
  type Operation,
  pathLabel,
  SECRET_HEADERS,
  type Span,
} from '../../telemetry/index.ts'
import type { ApiGroup, SidecarExchange } from '../exchange.ts'
import { type OwnIdentity, parseInvokeTarget } from '../invoke-target.ts'
import { UNMATCHED } from '../routes.ts'

/** Every path that contains this is left untraced, as in daprd. */
const HEALTH = '/healthz'

/**
 * Spans of the API and public ports. Kind CLIENT although inbound, and names with the raw method: Dapr's,
 * on which its users' searches and dashboards stand. Differences: docs/compatibility.md.
 *
 * @see dapr `pkg/diagnostics/http_tracing.go`
 */
export const apiSpans = (own: OwnIdentity): SpanDescription<SidecarExchange> => ({
  kind: 'CLIENT',
  name: (x, byRules) =>
    x.route?.own === true || (!byRules && x.request.path.includes(HEALTH))
      ? undefined
      : firstName(x),
  operation: (x, into) => describeOperation(x, into, own, own.appId),
  describe(x, span, reply) {
    const { request, target } = x
    const path = shownPath(x)
    const statement = `${request.method} ${path}`
    span.set(attributes.statusCode, String(reply.status))
    span.set(attributes.api, statement)
    span.set(attributes.protocol, 'http')
    span.set(attributes.httpMethod, request.method)
    span.set(attributes.url, path)
    span.set(attributes.serverAddress, request.remoteAddress)
    span.set(attributes.serverPort, String(request.remotePort))
    addDaprHeaders(x, span)
    addBlock(x, span, statement)
    if (target === undefined) return
    span.name = `CallLocal/${target.name}/${target.method}`
    span.remoteService = target.name
    span.set(attributes.rpcService, 'ServiceInvocation')
    span.set(attributes.peerName, target.name)
  },
})

/** An invocation is named when its target is known. One that is refused before must not fill the index with what it says. */
export const firstName = (x: SidecarExchange): string => {
  const { route } = x
  if (route === undefined) return UNMATCHED
  return route.handler === undefined ? route.operation : shownPath(x)
}

/** The path without what must not be shown of it. */
export const shownPath = ({ request, route, params }: SidecarExchange): string =>
  route?.secretParams === undefined
    ? request.path
    : route.template.replace(/\{(\w+)(?:\.\.\.)?\}/g, (_, name: string) =>
        route.secretParams?.includes(name) ? `{${name}}` : (params[name] ?? ''),
      )

/** Dapr's tags of what works like a database, by group of the API: the parameter that names the component. */
const DATABASES: Readonly<Partial<Record<ApiGroup, string>>> = {
  state: 'store',
  bindings: 'name',
  secrets: 'store',
}

function addBlock({ route, params }: SidecarExchange, span: Span, statement: string): void {
  if (route === undefined) return
  if (route.group === 'publish') span.set(attributes.messagingSystem, 'pubsub')
  const name = DATABASES[route.group]
  if (name === undefined) return
  span.set(attributes.daprSystem, route.group)
  span.set(attributes.daprConnection, route.group)
  span.set(attributes.daprStatement, statement)
  span.set(attributes.daprStore, params[name])
}

/** The method by which daprd's peers call one another; ours speak HTTP, the tag stays. */
const PEER_API = '/dapr.proto.internals.v1.ServiceInvocation/CallLocalStream'

/** Spans of the port for peers. */
export const peerSpans = (own: OwnIdentity): SpanDescription<SidecarExchange> => ({
  kind: 'SERVER',
  name: (x, byRules) =>
    x.route !== undefined || (!byRules && x.request.path.includes(HEALTH)) ? undefined : UNMATCHED,
  operation: (x, into) =>
    describeOperation(x, into, own, headerValue(x.request.headers, 'dapr-caller-app-id') ?? ''),
  describe(x, span) {
    span.set(attributes.api, PEER_API)
    span.set(attributes.protocol, 'grpc')
    span.set(attributes.rpcService, 'ServiceInvocation')
    if (x.target === undefined) return
    span.name = `CallLocal/${x.target.name}/${x.target.method}`
    span.set(attributes.invokeMethod, x.target.method)
  },
})

/** What sampling rules ask for. Runs before anything is refused, so a target that is wrong is no target. */
function describeOperation(
  x: SidecarExchange,
  into: Operation,
  own: OwnIdentity,
  caller: string,
): void {
  const { request, route } = x
  into.method = request.method
  into.caller = caller
  into.namespace = own.namespace
  into.target = ''
  if (route?.handler !== undefined) {
    into.api = route.group
    into.path = route.template
    return
  }
  into.api = 'invoke'
  try {
    x.target ??= parseInvokeTarget(request, own)
    into.target = x.target.name
    into.path = pathLabel(`/${x.target.method}`)
  } catch {
    // Refused by `resolve`, which says why.
    into.path = request.path.includes(HEALTH) ? HEALTH : UNMATCHED
  }
}

/** Every `dapr-…` header is an attribute, except the secret ones. */
function addDaprHeaders(x: SidecarExchange, span: Span): void {
  const { headers } = x.request
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase()
    if (name.startsWith(ATTRIBUTE_HEADER_PREFIX) && !SECRET_HEADERS.has(name))
      span.set(name, headers[i + 1])
  }
}
