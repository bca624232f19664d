import { formatAge, formatRate, formatTime } from '../../../base/figures.ts'
import type { Cause } from '../cause.ts'

/** Overrides end by themselves; until then they may surprise. */
export const overrideCauses: readonly Cause[] = [
  {
    code: 'OVERRIDE_IN_FORCE',
    find: ({ report: { sampling, configuration, nowUs } }) =>
      sampling.overrides.flatMap(({ name, match, rate, untilUs }) => {
        if (untilUs === undefined || untilUs <= nowUs) return []
        const what = Object.entries(match).map(([field, value]) => `${field} ${value}`)
        return {
          severity: 'info' as const,
          title: `override ${name} keeps ${formatRate(rate)} (${what.join(', ') || 'every request'}) until ${formatTime(untilUs, nowUs)} (${formatAge(untilUs - nowUs)} left)`,
          source: configuration.sources[`tracing.sampling.overrides.${name}`],
        }
      }),
  },
]
