import { Fault, messageOf, paramsOf } from '../../../base/fault.ts'
import type {
  Binding,
  BindingRequest,
  BindingResponse,
} from '../../../components/bindings/index.ts'
import { apiFault, canBeHeader, type Reply, toErrorReply } from '../../../net/index.ts'
import type { Span } from '../../../telemetry/index.ts'
import { formatTraceparent } from '../../../wire/traceparent.ts'
import { isOfDirection } from '../../bindings/direction.ts'
import type { Hosted } from '../../components/component-host.ts'
import type { Handler, SidecarExchange } from '../../exchange.ts'
import type { BlockParts } from '../block-parts.ts'
import { NO_CONTENT } from '../replies.ts'
import {
  contextOf,
  decodeParam,
  fieldsOf,
  jsonBytes,
  malformed,
  metadataOf,
  readJson,
} from '../request-parts.ts'

/** An operation that the binding does not have is the user's own word: no span and no label has it. */
const UNKNOWN = '{unknown}'

/**
 * `POST /v1.0/bindings/{name}`: 200 with what the binding gives, 204 when it gives nothing. Its metadata are headers,
 * of an error too.
 *
 * @see dapr `pkg/api/http/http.go` onOutputBindingMessage
 */
export const invokeBinding =
  (parts: BlockParts): Handler =>
  async (x) => {
    const name = decodeParam(x.params.name)
    const request = await readRequest(x, parts.maxBodyBytes)
    try {
      if (request.operation === '') throw refused('operation field is missing from request')
      const response = await invoke(parts, x, findOutput(parts, name), request)
      if (response === undefined) return NO_CONTENT
      const headers = ['Content-Type', 'application/json', ...headersOf(response.metadata)]
      return { status: 200, headers, body: response.data }
    } catch (error) {
      return refusal(name, error)
    }
  }

async function readRequest(x: SidecarExchange, maxBytes: number): Promise<BindingRequest> {
  const {
    operation = '',
    data = null,
    metadata,
  } = fieldsOf(await readJson(x.request, maxBytes), 'the body')
  if (typeof operation !== 'string') throw malformed('operation is a text')
  return {
    operation,
    data: jsonBytes(data ?? null),
    metadata: metadataOf(metadata, 'metadata'),
  }
}

function findOutput({ host }: BlockParts, name: string): Hosted<Binding> {
  const hosted = host.find('bindings', name)
  if (hosted !== undefined && isOfDirection(hosted.component, hosted.block.features, 'output'))
    return hosted
  throw refused(`couldn't find output binding ${name}`)
}

function invoke(
  { calls }: BlockParts,
  x: SidecarExchange,
  { component, block }: Hosted<Binding>,
  request: BindingRequest,
): Promise<BindingResponse | undefined> {
  const { operation } = request
  const isKnown = block.operations.includes(operation)
  return calls.run(x.span, component, isKnown ? operation : UNKNOWN, async (span) => {
    if (isKnown)
      return block.invoke({ ...request, metadata: withContext(request.metadata, x, span) })
    throw refused(
      `binding ${component.name} does not support operation ${operation}. supported operations:${block.operations.join(' ')}`,
    )
  })
}

/** Whatever the app wrote there: the call goes on from our span. */
function withContext(
  metadata: BindingRequest['metadata'],
  x: SidecarExchange,
  span: Span | undefined,
): BindingRequest['metadata'] {
  const context = (span ?? x.span)?.context
  const carried = {
    ...contextOf(x),
    ...(context && {
      traceparent: formatTraceparent(context),
      tracestate: context.traceState ?? '',
    }),
  }
  return {
    ...metadata,
    ...Object.fromEntries(Object.entries(carried).filter(([, value]) => value !== '')),
  }
}

const refused = (message: string) => new Fault('BINDING_REQUEST_INVALID', message)

const headersOf = (metadata: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(metadata).flatMap(([key, value]) =>
    canBeHeader(`metadata.${key}`, String(value)) ? [`metadata.${key}`, String(value)] : [],
  )

function refusal(name: string, error: unknown): Reply {
  const fault = apiFault('ERR_INVOKE_OUTPUT_BINDING', { name, reason: messageOf(error) })
  const reply = toErrorReply(fault) as Reply
  return { ...reply, headers: [...reply.headers, ...headersOf(paramsOf(error))] }
}
