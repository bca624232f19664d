import type { Clock } from '../../base/clock.ts'
import type { Sender } from '../../net/index.ts'
import type { KeepLink } from '../../telemetry/index.ts'

/** Tells peers which traces are kept: a few at a time, soon, and never in a request's way. */
export interface ReleaseNotifier {
  tell(link: KeepLink, traceId: string): void
}

export const RELEASE_PATH = '/sidelight/v1/release'
/** Shows that the sender has exchanged a call with the receiver. */
export const RELEASE_KEY_HEADER = 'sidelight-release-key'
/** Of one message; the receiver takes no more. */
export const MAX_TRACES = 1_000

/** Long enough for a header on the way to make the message needless, short beside the hold of a trace. */
const DELAY_MS = 20
const TIMEOUT_MS = 2_000
/** Peers that do not answer must not gather memory. */
const MAX_WAITING = 10_000

type Waiting = { readonly link: KeepLink; readonly traceId: string }

export function createReleaseNotifier(options: {
  readonly clock: Clock
  readonly sender: Pick<Sender, 'post'>
  /** A trace whose peer could not be told. */
  readonly onMissed: () => void
}): ReleaseNotifier {
  const { clock, sender, onMissed } = options
  const waiting = new Map<string, Waiting[]>()
  let count = 0

  const post = async (origin: string, key: string, traces: readonly string[]): Promise<void> => {
    const abort = new AbortController()
    const cancel = clock.after(TIMEOUT_MS, () => abort.abort())
    try {
      const { status } = await sender.post(
        `${origin}${RELEASE_PATH}`,
        'application/json',
        JSON.stringify({ traces }),
        abort.signal,
        { [RELEASE_KEY_HEADER]: key },
      )
      if (status !== 204) for (const _ of traces) onMissed()
    } catch {
      // A peer that is gone has lost its spans, too: counted, and nothing else to be done.
      for (const _ of traces) onMissed()
    } finally {
      cancel()
    }
  }
  const flush = (): void => {
    for (const [origin, items] of waiting) {
      const byKey = new Map<string, Set<string>>()
      for (const { link, traceId } of items) {
        if (link.told || link.peer === undefined) continue
        link.told = true
        const traces = byKey.get(link.peer.key)
        if (traces === undefined) byKey.set(link.peer.key, new Set([traceId]))
        else traces.add(traceId)
      }
      for (const [key, traces] of byKey) {
        const all = [...traces]
        for (let i = 0; i < all.length; i += MAX_TRACES)
          void post(origin, key, all.slice(i, i + MAX_TRACES))
      }
    }
    waiting.clear()
    count = 0
  }
  return {
    tell(link, traceId) {
      if (link.peer === undefined) return
      if (count >= MAX_WAITING) return onMissed()
      if (count++ === 0) clock.after(DELAY_MS, flush)
      const items = waiting.get(link.peer.origin)
      if (items === undefined) waiting.set(link.peer.origin, [{ link, traceId }])
      else items.push({ link, traceId })
    },
  }
}
