import type { Clock } from '../base/clock.ts'
import { callWithin, type RawHeaders, type WholeReply } from '../net/index.ts'
import type { AppChannel } from './app-channel.ts'

export interface AppAnswer {
  readonly status: number
  readonly text: string
}

/** Of an app's answer. */
const MAX_ANSWER_BYTES = 1_048_576

/** One small call of the sidecar's own into the app. Rejects when there is no answer, or `signal` fires. */
export async function callApp(
  app: AppChannel,
  clock: Clock,
  request: {
    readonly method: string
    readonly target: string
    readonly headers: RawHeaders
    readonly body: Uint8Array | undefined
    /** The path as a label, where it has in it what must not be shown. */
    readonly shownPath?: string
  },
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<AppAnswer> {
  const { method, target, body } = request
  const startMs = clock.elapsedMs()
  let answer: WholeReply | undefined
  let release: () => void = () => undefined
  try {
    answer = await callWithin(
      clock,
      { ...options, maxBytes: MAX_ANSWER_BYTES },
      async (onAbort) => {
        const call = await app.call(request, onAbort)
        release = call.release
        return call.reply
      },
    )
    return { status: answer.status, text: answer.bytes.toString() }
  } finally {
    release()
    app.recordCall(
      {
        method,
        path: request.shownPath ?? target.replace(/\?.*$/, ''),
        status: answer?.status ?? 500,
        durationMs: clock.elapsedMs() - startMs,
        sentBytes: body?.length ?? 0,
        receivedBytes: answer?.bytes.length,
      },
      undefined,
    )
  }
}
