import { headerValue, type RawHeaders } from '../../net/index.ts'
import type { KeepLink, TraceKeeper } from '../../telemetry/index.ts'
import type { SidecarExchange } from '../exchange.ts'
import { formatReleaseHeader, parseReleaseHeader, RELEASE_HEADER } from './release-header.ts'

/** The calls between sidecars, seen by the keeper: who must hear of a trace, and what was heard. */
export interface ReleasePeers {
  /** Joins what the caller's sidecar said on the way in. */
  fromCaller(x: SidecarExchange): void
  /** What goes with the answer to the caller's sidecar. */
  toCaller(x: SidecarExchange): string | undefined
  /** What goes with a call to a peer. */
  toPeer(x: SidecarExchange): string | undefined
  /** Joins what the peer's answer said. @param said what went with the call */
  fromPeer(x: SidecarExchange, origin: string, said: string, reply: RawHeaders): void
}

export function createReleasePeers(
  keeper: TraceKeeper,
  own: { readonly key: string; readonly port: () => number },
): ReleasePeers {
  const join = (traceId: string, link: KeepLink, kept: boolean): void => {
    keeper.link(traceId, link)
    if (kept) keeper.release(traceId)
  }
  return {
    fromCaller(x) {
      const said = parseReleaseHeader(headerValue(x.request.headers, RELEASE_HEADER))
      if (said?.port === undefined || x.span === undefined) return
      const host = x.request.remoteAddress
      const origin = `http://${host.includes(':') ? `[${host}]` : host}:${said.port}`
      x.callerLink = { peer: { origin, key: said.key }, told: said.kept }
      join(x.span.context.traceId, x.callerLink, said.kept)
    },
    toCaller(x) {
      if (x.callerLink === undefined || x.span === undefined) return undefined
      const kept = keeper.isKept(x.span.context.traceId)
      if (kept) x.callerLink.told = true
      return formatReleaseHeader({ key: own.key, port: undefined, kept })
    },
    toPeer({ span }) {
      if (span === undefined || !isHeld(span) || keeper.policy() === undefined) return undefined
      const kept = keeper.isKept(span.context.traceId)
      return formatReleaseHeader({ key: own.key, port: own.port(), kept })
    },
    fromPeer({ span }, origin, said, reply) {
      if (span === undefined) return
      const answer = parseReleaseHeader(headerValue(reply, RELEASE_HEADER))
      const link = {
        peer: answer && { origin, key: answer.key },
        told: answer?.kept === true || parseReleaseHeader(said)?.kept === true,
      }
      join(span.context.traceId, link, answer?.kept === true)
    },
  }
}

/** Recorded, and not exported by right: it waits for a verdict. */
export const isHeld = (span: {
  readonly recorded: boolean
  readonly decision: { readonly sampled: boolean }
}): boolean => span.recorded && !span.decision.sampled
