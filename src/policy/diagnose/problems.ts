import { formatProblem, type Problem } from '../../base/problem.ts'

/** Printed in full; of more, their number. */
const MAX_PROBLEMS = 5

export const listed = (problems: readonly Problem[]): string =>
  [
    ...problems.slice(0, MAX_PROBLEMS).map(formatProblem),
    ...(problems.length > MAX_PROBLEMS ? [`and ${problems.length - MAX_PROBLEMS} more`] : []),
  ].join('\n')

export const isWarning = ({ severity }: Problem): boolean => severity === 'warning'

/** Of the first one. */
export const placeOf = ([first]: readonly Pick<Problem, 'file' | 'line'>[]) =>
  first?.file === undefined
    ? undefined
    : { file: first.file, ...(first.line === undefined ? {} : { line: first.line }) }
