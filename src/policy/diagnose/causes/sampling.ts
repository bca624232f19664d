import { count, formatRate } from '../../../base/figures.ts'
import type { Cause, Sighting } from '../cause.ts'

const unsampledBy = ({ report }: Sighting, rule: string): number =>
  report.decisions[rule]?.unsampled ?? 0

/** A rule that can start a trace. */
const startsTraces = ({ report: { sampling } }: Sighting): boolean =>
  [...sampling.overrides, ...sampling.rules].some(({ rate }) => rate > 0) ||
  sampling.floorPerMinute !== undefined

/** What the Configuration asks for keeps traces away. */
export const samplingCauses: readonly Cause[] = [
  {
    code: 'TRACING_OFF',
    find: ({ report: { sampling, configuration }, file }) =>
      !sampling.configured || sampling.enabled
        ? undefined
        : {
            severity: 'error',
            title: 'tracing is off: samplingRate is 0',
            detail: 'without a sampling block rate 0 makes no span and passes contexts as they are',
            cure: `set samplingRate above 0 in ${file}; or add sampling: {} beside it to trace what callers have sampled`,
            source: configuration.sources['tracing.samplingRate'],
          },
  },
  {
    code: 'RATE_LOW',
    find(sighting) {
      const { sampling, configuration } = sighting.report
      const missed = unsampledBy(sighting, 'rate')
      if (sampling.rate <= 0 || sampling.rate >= 1 || sighting.sampled > 0 || missed === 0)
        return undefined
      const source = configuration.sources['tracing.samplingRate']
      return {
        severity: 'warning',
        title: `samplingRate ${sampling.rate} keeps few new traces (${formatRate(sampling.rate)}), and none of the ${count(missed, 'request')} so far`,
        detail: source === undefined ? 'samplingRate is not set: this is Dapr’s default' : '',
        cure: `raise samplingRate in ${sighting.file}; or for a while: ${tune(sighting)}`,
        source,
      }
    },
  },
  {
    code: 'FOLLOWS_CALLERS_ONLY',
    find(sighting) {
      const { sampling, configuration } = sighting.report
      if (!sampling.enabled || sampling.rate > 0 || startsTraces(sighting)) return undefined
      // Then more than callers' traces is kept, and rate 0 is what was meant.
      if (sampling.keep !== undefined || sampling.force !== undefined) return undefined
      const missed = unsampledBy(sighting, 'rate')
      return {
        severity: sighting.sampled === 0 && missed > 0 ? 'warning' : 'info',
        title:
          sampling.parent === 'ignore'
            ? 'samplingRate is 0 and callers are ignored: no trace is ever kept'
            : 'samplingRate is 0: only requests that their caller has sampled are traced',
        detail: missed === 0 ? '' : `${count(missed, 'request')} came without a sampled caller`,
        cure: `set samplingRate above 0 in ${sighting.file} to start traces here; or for a while: ${tune(sighting)}`,
        source: configuration.sources['tracing.samplingRate'],
      }
    },
  },
  {
    code: 'RULE_LEAVES_OUT',
    find(sighting) {
      const { sampling, configuration, decisions } = sighting.report
      const lists = { overrides: sampling.overrides, rules: sampling.rules }
      return Object.entries(lists).flatMap(([list, rules]) =>
        rules.flatMap(({ name, rate }) => {
          const { sampled = 0, unsampled = 0 } = decisions[name] ?? {}
          if (unsampled === 0 || sampled > 0) return []
          const word = list === 'rules' ? 'rule' : 'override'
          return {
            severity: sighting.sampled === 0 ? ('warning' as const) : ('info' as const),
            title: `${word} ${name} (keeps ${formatRate(rate)}) has left out ${count(unsampled, 'request')}`,
            detail: operationsOf(sighting, name),
            cure: `raise its rate, or put a narrower rule before it, in ${sighting.file}`,
            source: configuration.sources[`tracing.sampling.${list}.${name}`],
          }
        }),
      )
    },
  },
  {
    code: 'LIMITED',
    find(sighting) {
      const { sampling, configuration } = sighting.report
      const refused = unsampledBy(sighting, 'limit')
      if (refused === 0 || sampling.limitPerSecond === undefined) return undefined
      return {
        severity: 'info',
        title: `limit.perSecond ${sampling.limitPerSecond} has held back ${count(refused, 'request')}`,
        cure: `raise spec.tracing.sampling.limit.perSecond in ${sighting.file} if that is too few`,
        source: configuration.sources['tracing.sampling'],
      }
    },
  },
]

const tune = ({ report }: Sighting): string => `sidelight tune ${report.appId}=100% --for 10m`

const MAX_OPERATIONS = 3

/** The busiest operations that a rule decides about. */
function operationsOf({ report }: Sighting, rule: string): string {
  const names = report.sampling.operations
    .filter((operation) => operation.rule === rule)
    .map(({ operation }) =>
      Object.entries(operation)
        .map(([field, value]) => `${field} ${value}`)
        .join(', '),
    )
  const more = names.length - MAX_OPERATIONS
  return names.length === 0
    ? ''
    : `it decides about: ${names.slice(0, MAX_OPERATIONS).join(' · ')}${more > 0 ? ` · and ${more} more` : ''}`
}
