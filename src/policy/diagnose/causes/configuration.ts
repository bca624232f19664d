import { count } from '../../../base/figures.ts'
import { type Cause, formatPlace } from '../cause.ts'
import { isWarning, listed, placeOf } from '../problems.ts'

/** What is wrong with the Configuration itself. */
export const configurationCauses: readonly Cause[] = [
  {
    code: 'NO_CONFIGURATION',
    find: ({ report: { configuration, sampling } }) =>
      sampling.configured || configuration.files.length > 0
        ? undefined
        : {
            severity: 'error',
            title: 'no Configuration is given, so nothing is traced',
            cure: 'start the sidecar with --config FILE, where FILE has spec.tracing with samplingRate and zipkin.endpointAddress; or start the app by sidelight run, which brings one',
          },
  },
  {
    code: 'NO_TRACING_SECTION',
    find: ({ report: { configuration, sampling } }) =>
      sampling.configured || configuration.files.length === 0
        ? undefined
        : {
            severity: 'error',
            title: 'the Configuration has no tracing section, so nothing is traced',
            detail: `read: ${configuration.files.join(', ')}`,
            cure: 'add spec.tracing with samplingRate: "1" and zipkin.endpointAddress: http://localhost:9411/api/v2/spans',
            source: { file: configuration.files.at(-1) as string },
          },
  },
  {
    code: 'CHANGE_REJECTED',
    find({ report: { configuration } }) {
      if (configuration.lastReload !== 'rejected') return undefined
      const problems = configuration.problems.filter((problem) => !isWarning(problem))
      const source = placeOf(problems)
      return {
        severity: 'error',
        title: `the last change of the Configuration was rejected; generation ${configuration.generation} stays in force`,
        detail: listed(problems),
        cure: `mend ${source === undefined ? 'it' : formatPlace(source)}; it is read again as soon as it is saved`,
        source,
      }
    },
  },
  {
    code: 'CONFIGURATION_WARNINGS',
    find({ report: { configuration } }) {
      // Those of a change that was rejected belong to a file that is not in force.
      if (configuration.lastReload === 'rejected') return undefined
      const warnings = configuration.problems.filter(isWarning)
      if (warnings.length === 0) return undefined
      return {
        severity: 'warning',
        title: `the Configuration is in force, with ${count(warnings.length, 'warning')}`,
        detail: listed(warnings),
        cure: 'write what was meant, or take it out',
        source: placeOf(warnings),
      }
    },
  },
]
