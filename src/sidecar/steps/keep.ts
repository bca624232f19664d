import type { Clock } from '../../base/clock.ts'
import type { Step } from '../../net/index.ts'
import type { KeepPolicy, TraceKeeper } from '../../telemetry/index.ts'
import type { SidecarExchange } from '../exchange.ts'
import { RELEASE_HEADER } from '../keep/release-header.ts'
import { isHeld, type ReleasePeers } from '../keep/release-peers.ts'

export interface KeepParts {
  readonly keeper: TraceKeeper
  readonly peers: ReleasePeers
  readonly clock: Clock
}

/**
 * Holds the span of an unsampled request until it is known whether it is worth keeping: it failed, or it was
 * slow. Stands inside trace, so that the span is held from its start, and hears the reply's head before it leaves.
 */
export const keep = (
  { keeper, peers, clock }: KeepParts,
  options: { readonly callers: 'apps' | 'sidecars' },
): Step<SidecarExchange> => ({
  name: 'keep',
  enter(x) {
    if (x.span === undefined || !isHeld(x.span)) return undefined
    // An app may not say what sidecars say among themselves.
    if (options.callers === 'sidecars') peers.fromCaller(x)
    return undefined
  },
  leave(x, reply) {
    const policy = keeper.policy()
    if (x.span === undefined || !isHeld(x.span) || policy === undefined) return undefined
    const verdict = verdictOf(policy, reply.status, clock.elapsedMs() - x.startMs)
    if (verdict !== undefined) keeper.keep(x.span.context.traceId, verdict)
    const said = peers.toCaller(x)
    if (said === undefined) return undefined
    return { ...reply, headers: [...reply.headers, RELEASE_HEADER, said] }
  },
  done(x, outcome) {
    // The head was good, what followed was not. A client that merely left is no failure.
    if (!outcome.broken || x.span === undefined || !isHeld(x.span)) return
    if (keeper.policy()?.errors === true) keeper.keep(x.span.context.traceId, 'error')
  },
})

function verdictOf(
  policy: KeepPolicy,
  status: number,
  headMs: number,
): 'error' | 'slow' | undefined {
  if (policy.errors && status >= policy.errorsFrom) return 'error'
  return policy.slowerThanMs !== undefined && headMs > policy.slowerThanMs ? 'slow' : undefined
}
