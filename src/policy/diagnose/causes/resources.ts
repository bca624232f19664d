import { count } from '../../../base/figures.ts'
import { type Cause, formatPlace } from '../cause.ts'
import { isWarning, listed, placeOf } from '../problems.ts'

/** What is wrong with Components, Subscriptions and Resiliencies. */
export const resourceCauses: readonly Cause[] = [
  {
    code: 'RESOURCES_REJECTED',
    find({ report: { resources } }) {
      if (resources.lastReload !== 'rejected') return undefined
      const problems = resources.problems.filter((problem) => !isWarning(problem))
      const source = placeOf(problems)
      return {
        severity: 'error',
        title: 'the last change of the resources was rejected; those before stay in force',
        detail: listed(problems),
        cure: `mend ${source === undefined ? 'it' : formatPlace(source)}; it is read again as soon as it is saved`,
        source,
      }
    },
  },
  {
    code: 'RESOURCES_WARNINGS',
    find({ report: { resources } }) {
      // Those of a change that was rejected belong to files that are not in force.
      if (resources.lastReload === 'rejected') return undefined
      const warnings = resources.problems.filter(isWarning)
      if (warnings.length === 0) return undefined
      return {
        severity: 'warning',
        title: `the resources are in force, with ${count(warnings.length, 'warning')}`,
        detail: listed(warnings),
        cure: 'write what was meant, or take it out',
        source: placeOf(warnings),
      }
    },
  },
  {
    code: 'COMPONENT_FAILED',
    find: ({ report: { resources } }) =>
      resources.failed.map((failure) => ({
        severity: 'error',
        title: failure.isRunning
          ? `the component ${failure.name} (${failure.type}) runs as before its last change, which failed`
          : `the component ${failure.name} (${failure.type}) does not run`,
        detail: failure.reason,
        cure: `mend ${formatPlace(failure)}, or what it depends on and save the file again`,
        source: placeOf([failure]),
      })),
  },
]
