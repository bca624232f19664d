import { z } from 'zod'
import {
  type Acknowledgement,
  createLineReader,
  type RejectedResource,
} from '../../wire/operator-stream.ts'
import type { InjectedPod } from './injected-pod.ts'
import type { MadeSnapshot } from './snapshot-maker.ts'

/** The stream of one sidecar. */
export interface Session {
  readonly pod: InjectedPod
  /** Sends it, unless it was the last that was sent. While the sidecar is slow, only the newest waits. */
  send(snapshot: MadeSnapshot): void
  /** What the sidecar says. Ends the stream of one that says nonsense. */
  receive(part: string): void
  /** What it has acknowledged last, and what it refused of that. */
  acknowledged():
    | { readonly snapshot: MadeSnapshot; readonly rejected: readonly RejectedResource[] }
    | undefined
  /** When the last line came: monotonic milliseconds. */
  heardMs(): number
  beat(): void
  end(): void
}

/** Where a session writes. */
export interface SessionSink {
  /** @returns whether there is room for more */
  write(line: string): boolean
  end(): void
}

export interface SessionOptions {
  readonly pod: InjectedPod
  readonly sink: SessionSink
  readonly elapsedMs: () => number
  readonly onAcknowledged: (session: Session) => void
}

const rejected = z.object({ kind: z.string(), name: z.string(), message: z.string() })
/** What a sidecar may say; what is not known is passed over. */
const acknowledgement = z.object({
  type: z.literal('acknowledgement'),
  version: z.string(),
  rejected: z.array(rejected).max(1_000),
}) satisfies z.ZodType<Acknowledgement>
/** A sidecar says little: more is no sidecar. */
const MAX_SAID = 1024 * 1024

export function createSession(options: SessionOptions): Session & { drained(): void } {
  const { pod, sink, elapsedMs, onAcknowledged } = options
  const lines = createLineReader(MAX_SAID)
  /** Sent and not yet acknowledged, oldest first. */
  let unanswered: readonly MadeSnapshot[] = []
  let last: MadeSnapshot | undefined
  let acked: ReturnType<Session['acknowledged']>
  let heardMs = elapsedMs()
  let isFull = false
  let isEnded = false

  const write = (line: string): void => {
    isFull = !sink.write(line)
  }
  const put = (snapshot: MadeSnapshot): void => {
    unanswered = [...unanswered, snapshot]
    write(snapshot.line)
  }
  const end = (): void => {
    if (isEnded) return
    isEnded = true
    sink.end()
  }
  const take = (line: string): void => {
    const said = parse(line)
    if (said === undefined) return
    const place = unanswered.findIndex(({ version }) => version === said.version)
    const snapshot =
      unanswered[place] ?? (acked?.snapshot.version === said.version ? acked.snapshot : undefined)
    if (snapshot === undefined) return
    unanswered = unanswered.slice(place + 1)
    acked = { snapshot, rejected: said.rejected }
    onAcknowledged(session)
  }
  let waiting: MadeSnapshot | undefined
  const session: Session & { drained(): void } = {
    pod,
    send(snapshot) {
      if (isEnded || last?.version === snapshot.version) return
      last = snapshot
      if (isFull) waiting = snapshot
      else put(snapshot)
    },
    drained() {
      isFull = false
      const next = waiting
      waiting = undefined
      if (next !== undefined && !isEnded) put(next)
    },
    receive(part) {
      heardMs = elapsedMs()
      const whole = lines.push(part)
      if (whole === undefined) return end()
      for (const line of whole) take(line)
    },
    acknowledged: () => acked,
    heardMs: () => heardMs,
    beat() {
      if (!isEnded && !isFull) write('\n')
    },
    end,
  }
  return session
}

function parse(line: string): Acknowledgement | undefined {
  try {
    return acknowledgement.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
