import { count, formatNumber } from '../../base/figures.ts'
import type { WhatIfNote, WhatIfWindow } from '../../wire/what-if.ts'
import type { NextPolicy } from './next-policy.ts'
import type { SidecarView } from './sidecar-view.ts'
import type { Spent } from './spend-budgets.ts'
import type { UnseenOperation } from './unseen-operations.ts'

export interface WhatIfFacts {
  readonly spent: readonly Spent[]
  readonly next: NextPolicy
  readonly view: SidecarView
  readonly unseen: readonly UnseenOperation[]
  readonly window: WhatIfWindow
  /** The new Configuration keeps some operation more often than it was recorded. */
  readonly reachesUnseen: boolean
}

const note = (isSo: boolean, code: string, text: string): WhatIfNote[] =>
  isSo ? [{ code, text }] : []

/** What a reader must know that makes no figure an estimate. */
export const noteFacts = ({ next, view, window, spent }: WhatIfFacts): WhatIfNote[] => [
  ...note(
    window.traces === 0,
    'NO_TRACES',
    'no trace of a sidecar is recorded in this window: only the sidecars’ counters can tell anything',
  ),
  ...note(
    !next.isOn,
    'TRACING_OFF',
    'this Configuration switches tracing off: no trace is kept, also none that a caller has sampled',
  ),
  ...note(
    window.isCapped,
    'CAPPED',
    `only the newest ${count(window.cap, 'trace')} were looked at; the window is as long as they reach back`,
  ),
  ...note(
    window.foreignTraces > 0,
    'FOREIGN_TRACES',
    `${count(window.foreignTraces, 'trace')} without a span of a sidecar are in no figure: no Configuration decides about them`,
  ),
  ...note(
    next.keep !== undefined && !isKeepOn(view),
    'KEEP_UNSEEN',
    `keep: ${count(
      spent.filter(({ keep }) => keep > 0).length,
      'recorded trace',
    )} that failed or were slow are counted as kept by it; unsampled ones were never seen, since keep is not on today`,
  ),
  ...note(
    isKeepOn(view) && spent.length > 0,
    'KEEP_SEEN',
    'keep is on today: requests that fail or are slow are taken to be recorded, all of them',
  ),
]

const isKeepOn = (view: SidecarView): boolean =>
  view.reports.length > 0 && view.reports.every(({ sampling }) => sampling.keep !== undefined)

/** Why figures are estimates; none: all of them are exact. */
export function findReasons({
  spent,
  next,
  view,
  unseen,
  window,
  reachesUnseen,
}: WhatIfFacts): WhatIfNote[] {
  const { rules } = next
  const guessed = spent.filter(({ trace }) => !trace.isExact && trace.headVariance === 0).length
  const scaled = spent.filter(({ trace }) => trace.headVariance > 0).length
  const unseenKept = unseen.filter(({ rate }) => rate > 0)
  const requests = unseenKept.reduce((sum, { arrivals }) => sum + arrivals, 0)
  const all = rules === undefined ? [] : [...rules.overrides, ...rules.rules]
  const withHeader = all.filter(({ header }) => header !== undefined).map(({ name }) => name)
  const hasBudget =
    all.some(({ perSecond }) => perSecond !== undefined) ||
    rules?.limitPerSecond !== undefined ||
    rules?.floorPerMinute !== undefined ||
    next.keep !== undefined ||
    rules?.force !== undefined
  const silent = view.registered - view.reports.length
  const isYoung = view.reports.some(
    ({ appId, configuration: { sinceUs, generation } }) =>
      sinceUs > window.fromUs &&
      // What began with its sidecar has nothing before it, unless there is a trace of it.
      (generation > 1 || spent.some(({ trace }) => trace.app === appId && trace.startUs < sinceUs)),
  )
  return [
    ...note(
      reachesUnseen || scaled > 0,
      'ESTIMATE',
      `estimate from ${count(window.traces, 'recorded trace')}: this Configuration keeps some operations more often than they were recorded, so ${count(scaled, 'trace')} stand for others that were not`,
    ),
    ...note(
      unseenKept.length > 0,
      'COUNTERS_ONLY',
      `${count(unseenKept.length, 'operation')} without a recorded trace ${unseenKept.length === 1 ? 'is' : 'are'} estimated from the sidecars’ counters alone: 0 traces, about ${formatNumber(Math.round(requests))} requests`,
    ),
    ...note(
      view.registered === 0,
      'NO_SIDECARS',
      'estimate: no sidecar is registered here, so what is in force today and what was not sampled is not known',
    ),
    ...note(
      silent > 0,
      'SILENT_SIDECARS',
      `estimate: ${count(silent, 'sidecar')} did not answer: what they run and what they did not sample is not known`,
    ),
    ...note(
      isYoung,
      'POLICY_CHANGED',
      'estimate: a sidecar’s Configuration in force is younger than the window, so “today” is what was recorded under this and the one before',
    ),
    ...note(
      guessed > 0,
      'UNSURE',
      `estimate: the record does not tell with what probability ${count(guessed, 'trace')} were kept, or not all that the rules ask for`,
    ),
    ...note(
      withHeader.length > 0,
      'HEADERS',
      `estimate: ${withHeader.join(', ')} ask${withHeader.length === 1 ? 's' : ''} for a header, which no record has; traces of another rule are taken to have come without it`,
    ),
    ...note(
      rules !== undefined && rules.parent !== 'follow',
      'PARENT',
      `estimate: parent: ${rules?.parent} may sample what a caller did not; such requests were never seen`,
    ),
    ...note(
      hasBudget,
      'BUDGETS',
      'estimate: budgets hold per sidecar and are counted here by the minute, times the sidecars of the app; bursts within a minute keep less',
    ),
  ]
}
