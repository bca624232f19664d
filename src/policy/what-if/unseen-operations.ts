import { createOperation } from '../../telemetry/index.ts'
import type { SidecarReport } from '../../wire/sidecar-report.ts'
import type { NextPolicy } from './next-policy.ts'
import { operationKey } from './sidecar-view.ts'

/** Requests of which no trace was recorded, known from a sidecar's counters alone. */
export interface UnseenOperation {
  readonly rule: string
  readonly rate: number
  /** In the window, about. */
  readonly arrivals: number
  /** The time in which they came, at least one: it need not be that of the recorded traces. */
  readonly minutes: number
}

const MINUTE_US = 60_000_000

/** What a number a minute is divided by: less than a minute tells nothing of a whole one. */
export const minutesOf = (us: number): number => Math.max(us / MINUTE_US, 1)

export interface UnseenWindow {
  readonly fromUs: number
  readonly toUs: number
}

/**
 * What the counters tell of operations that the record does not have. They count followed requests, too, so
 * only the share that the sidecar decided itself is taken.
 *
 * @param recorded operations with traces, and apps by name alone, as `operationKey` writes them
 */
export function unseenOperations(
  reports: readonly SidecarReport[],
  recorded: ReadonlySet<string>,
  next: NextPolicy,
  window: UnseenWindow,
): UnseenOperation[] {
  return reports.flatMap((report) => {
    const { appId, sampling, configuration, decisions, startedUs, nowUs } = report
    const activeUs = Math.min(window.toUs - window.fromUs, nowUs - startedUs)
    const minutes = minutesOf(activeUs)
    const arrivalsOf = (count: number, sinceUs: number): number =>
      nowUs <= sinceUs ? 0 : (count * activeUs) / (nowUs - sinceUs)
    if (sampling.parent === undefined) {
      const count = countOf(decisions.rate)
      if (recorded.has(appId) || count === 0) return []
      // Dapr's own sampler counts no operations: which rules would match is not known.
      return [{ rule: 'rate', rate: next.rate, arrivals: arrivalsOf(count, startedUs), minutes }]
    }
    const sinceUs = Math.max(startedUs, configuration.sinceUs)
    const share = ownShare(report)
    return sampling.operations.flatMap((each) => {
      if (recorded.has(operationKey(appId, each.operation))) return []
      const { rule, rate } = nextFor(report, each.operation, next)
      const arrivals = arrivalsOf(countOf(each) * share, sinceUs)
      return arrivals === 0 ? [] : [{ rule, rate, arrivals, minutes }]
    })
  })
}

/** Why the new Configuration may keep what was not recorded; `undefined` when it cannot. */
export function reachesUnseen(report: SidecarReport, next: NextPolicy): boolean {
  if (!next.isOn) return false
  const { sampling } = report
  if (!sampling.enabled) return true
  const rates = [
    next.rate,
    ...[...(next.rules?.overrides ?? []), ...(next.rules?.rules ?? [])].map(({ rate }) => rate),
  ]
  const highest = Math.max(...rates)
  if (sampling.parent === undefined) return highest > sampling.rate
  if (ownShare(report) === 0) return false
  if (sampling.operations.length >= MAX_REPORTED)
    return highest > Math.min(...sampling.operations.map(({ rate }) => rate))
  return sampling.operations.some((each) => nextFor(report, each.operation, next).rate > each.rate)
}

/** A report has the busiest operations only. */
const MAX_REPORTED = 200

const nextFor = (
  { appId, namespace }: SidecarReport,
  operation: Readonly<Record<string, string>>,
  next: NextPolicy,
) => next.rateOf({ ...createOperation(), caller: appId, namespace, ...operation })

type Count = { readonly sampled: number; readonly unsampled: number }

const countOf = (count: Count | undefined): number =>
  count === undefined ? 0 : count.sampled + count.unsampled

/** Of all decisions, those that no caller had made. */
function ownShare({ decisions }: SidecarReport): number {
  const all = Object.values(decisions).reduce((sum, each) => sum + countOf(each), 0)
  return all === 0 ? 0 : 1 - countOf(decisions.parent) / all
}
