import { formatAge } from '../../../base/figures.ts'
import type { Cause } from '../cause.ts'

const NOTABLE_US = 1_000_000
/** From here on a search of the last minutes no longer finds the traces. */
const GRAVE_US = 60_000_000

/** Clocks that disagree put spans beside their parents, or out of sight. */
export const clockCauses: readonly Cause[] = [
  {
    code: 'CLOCK_SKEW',
    find({ sidecar: { skewUs, roundTripUs } }) {
      // What the way there and back may explain is no skew.
      const certainUs = Math.abs(skewUs) - roundTripUs / 2
      if (certainUs <= NOTABLE_US) return undefined
      return {
        severity: certainUs > GRAVE_US ? 'error' : 'warning',
        title: `its clock is ${formatAge(Math.abs(skewUs))} ${skewUs > 0 ? 'ahead of' : 'behind'} the clock here`,
        detail: `its spans stand that much too ${skewUs > 0 ? 'late' : 'early'} in a trace, and a search of the last minutes may miss them`,
        cure: 'have both clocks set by NTP',
      }
    },
  },
]
