import type { Clock } from '../base/clock.ts'
import { callWithin, type RawHeaders } from '../net/index.ts'
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
  },
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<AppAnswer> {
  let release: () => void = () => undefined
  try {
    const { status, bytes } = await callWithin(
      clock,
      { ...options, maxBytes: MAX_ANSWER_BYTES },
      async (onAbort) => {
        const call = await app.call(request, onAbort)
        release = call.release
        return call.reply
      },
    )
    return { status, text: bytes.toString() }
  } finally {
    release()
  }
}
