import { count } from '../../../base/figures.ts'
import type { Cause } from '../cause.ts'

/** What to do about each reason for which a trace worth keeping is not complete. */
const CURES: Readonly<Record<string, string>> = {
  budget: 'raise sampling.keep.perSecond, or mend what fails so often',
  expired: 'raise sampling.keep.hold: the word came when the spans were forgotten already',
  peer_off: 'give the other side of the call the same Configuration: it keeps nothing',
  peer_unreachable: 'the other side of the call has gone meanwhile, and its spans with it',
}

/** Failed and slow requests that were not kept although they should have been. */
export const keepCauses: readonly Cause[] = [
  {
    code: 'KEEP_MISSED',
    find: ({ report: { keep, configuration } }) =>
      Object.entries(keep.missed).map(([reason, missed]) => ({
        severity: 'warning' as const,
        title: `${count(missed, 'trace')} worth keeping ${missed === 1 ? 'is' : 'are'} lost or not complete: ${reason}`,
        detail: `kept: ${Object.values(keep.kept).reduce((sum, kept) => sum + kept, 0)}`,
        cure: CURES[reason] ?? '',
        source: configuration.sources['tracing.sampling'],
      })),
  },
]
