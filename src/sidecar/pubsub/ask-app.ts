import type { Clock } from '../../base/clock.ts'
import { codeOf, messageOf } from '../../base/fault.ts'
import type { MessageMetadata } from '../../components/pubsub/index.ts'
import { canBeHeader, forwardableHeaders, type RawHeaders } from '../../net/index.ts'
import { CONTEXT_HEADERS } from '../../telemetry/index.ts'
import type { AppChannel } from '../app-channel.ts'
import { callApp } from '../call-app.ts'
import type { Failure } from '../resiliency/guard.ts'
import type { NoAnswer } from './ask-guarded.ts'
import type { Verdict } from './delivery.ts'

/** As long as daprd waits for an app. */
const TIMEOUT_MS = 60_000

/** An answer of the app; or, when it gave none, what that means for the message. */
export type AppReply = { readonly text: string } | (NoAnswer & { readonly status?: number })

/** Posts one message or a batch of them. */
export async function askApp(
  { app, clock }: { readonly app: AppChannel; readonly clock: Clock },
  path: string,
  headers: RawHeaders,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<AppReply> {
  try {
    const { status, text } = await callApp(
      app,
      clock,
      { method: 'POST', target: path, headers, body },
      { timeoutMs: TIMEOUT_MS, signal },
    )
    if (status === 404)
      return {
        verdict: { outcome: 'drop_by_app', mayBury: true },
        failure: `Code(404): the app has no route ${path}`,
        status,
      }
    if (status >= 200 && status <= 299) return { text }
    return { verdict: { outcome: 'retry', mayBury: true }, failure: `Code(${status})`, status }
  } catch (error) {
    // The subscription ends, or app health has closed the gate: no fault of the message's.
    const mayBury = !signal.aborted && codeOf(error) !== 'ERR_DIRECT_INVOKE'
    return { verdict: { outcome: 'retry', mayBury }, failure: messageOf(error) }
  }
}

/** Why a policy may ask again: the app wants the message again, or has said nothing. */
export const failureOf = (
  { outcome }: Verdict,
  status: number | undefined,
): Failure | undefined => {
  if (outcome !== 'retry') return undefined
  return status === undefined ? { reason: 'RETRY' } : { reason: `${status}`, httpStatus: status }
}

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
