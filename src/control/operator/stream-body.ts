import type { BodySink, BodyStream } from '../../net/index.ts'
import type { SessionSink } from './session.ts'

/** The answer of a stream: lines as they come, as long as the sidecar is there. */
export interface StreamBody extends BodyStream, SessionSink {}

/** @param hooks `onDrain`: there is room again; `onGone`: nobody reads any more */
export function createStreamBody(hooks: {
  readonly onDrain: () => void
  readonly onGone: () => void
}): StreamBody {
  let sink: BodySink | undefined
  /** Written before anybody took the body. */
  let early: string[] = []
  let isEnded = false
  return {
    takeWhole: () => undefined,
    pipe(into) {
      sink = into
      for (const line of early) into.write(Buffer.from(line))
      early = []
      if (isEnded) into.end()
    },
    resume: hooks.onDrain,
    cancel: hooks.onGone,
    write(line) {
      if (sink !== undefined) return sink.write(Buffer.from(line))
      early.push(line)
      return true
    },
    end() {
      if (isEnded) return
      isEnded = true
      sink?.end()
    },
  }
}
