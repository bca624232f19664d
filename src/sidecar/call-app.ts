import type { Clock } from '../base/clock.ts'
import { type RawHeaders, readWhole } from '../net/index.ts'
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
  let abort: () => void = () => undefined
  const giveUp = (): void => abort()
  const cancel = clock.after(options.timeoutMs, giveUp)
  options.signal.addEventListener('abort', giveUp)
  try {
    const { reply, release } = await app.call(request, (give) => {
      abort = give
      if (options.signal.aborted) give()
    })
    try {
      return { status: reply.status, text: await readWhole(reply.body, MAX_ANSWER_BYTES) }
    } finally {
      release()
    }
  } finally {
    cancel()
    options.signal.removeEventListener('abort', giveUp)
  }
}
