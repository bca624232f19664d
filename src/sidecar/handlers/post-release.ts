import { apiFault, headerValue, type Reply, readBody } from '../../net/index.ts'
import type { TraceKeeper } from '../../telemetry/index.ts'
import type { Handler } from '../exchange.ts'
import { MAX_TRACES, RELEASE_KEY_HEADER } from '../keep/release-notifier.ts'
import { sameSecret } from '../same-secret.ts'
import { NO_CONTENT } from './replies.ts'

const MAX_BODY_BYTES = 65_536
const REFUSED: Reply = { status: 401, headers: [], body: 'unknown release key' }
const TRACE_ID = /^[0-9a-f]{32}$/

/** `POST /sidelight/v1/release` on the port for peers: `{"traces":["4bf9…"]}`, with the key from a call between us. */
export const postRelease = (keeper: TraceKeeper, key: string): Handler => {
  const expected = Buffer.from(key)
  return async (x) => {
    if (!sameSecret(headerValue(x.request.headers, RELEASE_KEY_HEADER), expected)) return REFUSED
    const traces = readTraces(Buffer.from(await readBody(x.request, MAX_BODY_BYTES)).toString())
    for (const traceId of traces) keeper.release(traceId)
    return NO_CONTENT
  }
}

function readTraces(text: string): readonly string[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  const traces = (value as { traces?: unknown } | undefined)?.traces
  if (
    !Array.isArray(traces) ||
    traces.length > MAX_TRACES ||
    !traces.every((each) => typeof each === 'string' && TRACE_ID.test(each))
  )
    throw apiFault('ERR_BAD_REQUEST', {
      reason: 'a body like {"traces":["<32 hex digits>"]} is needed',
    })
  return traces
}
