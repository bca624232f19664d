import type { Clock } from '../../base/clock.ts'
import { codeOf, messageOf } from '../../base/fault.ts'
import type { MessageMetadata } from '../../components/pubsub/index.ts'
import { canBeHeader, forwardableHeaders, type RawHeaders } from '../../net/index.ts'
import { CONTEXT_HEADERS } from '../../telemetry/index.ts'
import type { AppChannel } from '../app-channel.ts'
import { callApp } from '../call-app.ts'
import type { Failure } from '../resiliency/guard.ts'
import type { Verdict } from './delivery.ts'

/** As long as daprd waits for an app. */
const TIMEOUT_MS = 60_000

/** What an app has said of a message, or its silence. */
export interface Said {
  readonly verdict: Verdict
  /** Why a policy may ask again: a status, the code of a fault, or the app's own word. */
  readonly reason: string
  /** Of an answer that is no success. */
  readonly status?: number
}

/** Posts one message or a batch of them. */
export async function askApp(
  { app, clock }: { readonly app: AppChannel; readonly clock: Clock },
  path: string,
  headers: RawHeaders,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<{ readonly text: string } | Said> {
  try {
    const { status, text } = await callApp(
      app,
      clock,
      { method: 'POST', target: path, headers, body },
      { timeoutMs: TIMEOUT_MS, signal },
    )
    if (status >= 200 && status <= 299) return { text }
    const verdict: Verdict =
      status === 404
        ? {
            outcome: 'drop_by_app',
            mayBury: true,
            failure: `Code(404): the app has no route ${path}`,
          }
        : { outcome: 'retry', mayBury: true, failure: `Code(${status})` }
    return { verdict, reason: `${status}`, status }
  } catch (error) {
    // The subscription ends, or app health has closed the gate: no fault of the message's.
    const mayBury = !signal.aborted && codeOf(error) !== 'ERR_DIRECT_INVOKE'
    const verdict: Verdict = { outcome: 'retry', mayBury, failure: messageOf(error) }
    return { verdict, reason: codeOf(error) ?? 'failed' }
  }
}

/** Whether a policy may ask again: not when the message is done with. */
export const failureOf = ({ verdict, reason, status }: Said): Failure | undefined =>
  verdict.outcome === 'retry'
    ? { reason, ...(status !== undefined && { httpStatus: status }) }
    : undefined

/** An answer that says nothing means that all is well. @see dapr `pkg/runtime/pubsub/publisher` */
export const verdictOf = (status: unknown): Verdict =>
  VERDICTS[typeof status === 'string' ? status : ''] ?? AGAIN

const AGAIN: Verdict = { outcome: 'retry', mayBury: true }
const TAKEN: Verdict = { outcome: 'success', mayBury: false }
const VERDICTS: Readonly<Record<string, Verdict>> = {
  '': TAKEN,
  SUCCESS: TAKEN,
  RETRY: AGAIN,
  DROP: { outcome: 'drop_by_app', mayBury: true },
}

/** A message's metadata as headers: what frames the request, proves who we are or carries context is ours to say. */
export const metadataHeaders = (metadata: MessageMetadata): string[] =>
  forwardableHeaders(
    Object.entries(metadata)
      .filter(([name, value]) => canBeHeader(name, value))
      .flat(),
    (name) => OURS.has(name) || CONTEXT_HEADERS.has(name),
  )

const OURS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-type',
  'dapr-api-token',
])
