import type { Clock } from '../../base/clock.ts'
import { HEARTBEAT_MS } from '../../wire/operator-stream.ts'
import type { InjectedPod } from './injected-pod.ts'
import { createSession, type Session, type SessionSink } from './session.ts'
import type { MadeSnapshot } from './snapshot-maker.ts'

/** The streams that are open, and what they were sent. */
export interface StreamHub extends AsyncDisposable {
  /** Takes a sidecar in and sends it what concerns it. */
  open(pod: InjectedPod, sink: SessionSink): Session & { drained(): void }
  close(session: Session): void
  /** Something changed in a namespace; `undefined` = in all. Sent in a moment, together with what else changes by then. */
  changed(namespace: string | undefined): void
  /** Of a pod, by its UID; the newest, when a sidecar came twice. */
  sessionOf(uid: string): Session | undefined
  /** Ends all streams: the next leader is to be found. */
  endAll(): void
  readonly size: number
}

export interface StreamHubDeps {
  readonly clock: Clock
  readonly makeSnapshot: (pod: InjectedPod) => Promise<MadeSnapshot>
  readonly onAcknowledged: (session: Session) => void
  /** A sidecar came or went. */
  readonly onSize: (size: number) => void
  readonly onSent: (count: number, durationMs: number) => void
}

/** An apply of ten files is one change. */
const SETTLE_MS = 50
/** Secrets are looked at again so often: nothing tells when one changes. */
const RECHECK_MS = 60_000
const SILENT_MS = 3 * HEARTBEAT_MS

export function createStreamHub(deps: StreamHubDeps): StreamHub {
  const { clock, makeSnapshot } = deps
  const sessions = new Set<Session>()
  const byPod = new Map<string, Session>()
  let stale: Set<string> | 'all' = new Set()
  let cancelSend: (() => void) | undefined
  let sending: Promise<void> = Promise.resolve()

  /** Sidecars of one app with one Configuration get one and the same. */
  function createRound(): (pod: InjectedPod) => Promise<MadeSnapshot> {
    const made = new Map<string, Promise<MadeSnapshot>>()
    return (pod) => {
      const kind = `${pod.namespace}/${pod.appId}/${pod.config ?? ''}`
      const found = made.get(kind) ?? makeSnapshot(pod)
      made.set(kind, found)
      return found
    }
  }

  async function sendAll(): Promise<void> {
    cancelSend = undefined
    const which = stale
    stale = new Set()
    const begunMs = clock.elapsedMs()
    const snapshotOf = createRound()
    let count = 0
    for (const session of sessions) {
      if (which !== 'all' && !which.has(session.pod.namespace)) continue
      const snapshot = await snapshotOf(session.pod)
      session.send(snapshot)
      count++
    }
    if (count > 0) deps.onSent(count, clock.elapsedMs() - begunMs)
  }
  const changed = (namespace: string | undefined): void => {
    if (namespace === undefined) stale = 'all'
    else if (stale !== 'all') stale.add(namespace)
    cancelSend ??= clock.after(SETTLE_MS, () => {
      // One round after the other: an older one that ends later would send what has passed.
      sending = sending.then(sendAll, sendAll)
    })
  }
  let cancelBeat = (): void => undefined
  const beat = (): void => {
    cancelBeat = clock.after(HEARTBEAT_MS, () => {
      const nowMs = clock.elapsedMs()
      for (const session of sessions)
        if (nowMs - session.heardMs() > SILENT_MS) session.end()
        else session.beat()
      beat()
    })
  }
  beat()
  let cancelRecheck = (): void => undefined
  const recheck = (): void => {
    cancelRecheck = clock.after(RECHECK_MS, () => {
      changed(undefined)
      recheck()
    })
  }
  recheck()

  const close = (session: Session): void => {
    if (!sessions.delete(session)) return
    if (byPod.get(session.pod.uid) === session) byPod.delete(session.pod.uid)
    deps.onSize(sessions.size)
  }
  const endAll = (): void => {
    for (const session of [...sessions]) {
      session.end()
      close(session)
    }
  }
  return {
    open(pod, sink) {
      const session = createSession({
        pod,
        sink,
        elapsedMs: () => clock.elapsedMs(),
        onAcknowledged: deps.onAcknowledged,
      })
      sessions.add(session)
      byPod.get(pod.uid)?.end()
      byPod.set(pod.uid, session)
      deps.onSize(sessions.size)
      // Behind a round that is under way, which would otherwise send something older afterwards.
      const first = async (): Promise<void> => session.send(await makeSnapshot(pod))
      sending = sending.then(first, first)
      return session
    },
    close,
    changed,
    sessionOf: (uid) => byPod.get(uid),
    endAll,
    get size() {
      return sessions.size
    },
    async [Symbol.asyncDispose]() {
      cancelBeat()
      cancelRecheck()
      cancelSend?.()
      endAll()
      await sending
    },
  }
}
