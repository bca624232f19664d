/**
 * One thing that is wrong with foreign input (a flag, a YAML file, a header, a query), in words that cure it.
 * Parsers report all problems at once, never the first only.
 */
export interface Problem {
  /** Where in the input, for example `spec.tracing.samplingRate` or `--app-port`. */
  readonly path: string
  /** Stable name to match on, for example `RATE_NOT_A_NUMBER`. */
  readonly code: string
  /** One sentence: what is wrong and what to write instead. */
  readonly message: string
  /** The value as found, already masked if it may be secret. */
  readonly seen?: string
  readonly file?: string
  /** 1-based line in `file`. */
  readonly line?: number
  /** A warning does not stop the input from being used. Absent = error. */
  readonly severity?: 'warning'
}

/** One line for people: `file:line path: message (seen "…") [CODE]`. */
export const formatProblem = (problem: Problem): string =>
  `${sayProblem(problem)} [${problem.code}]`

/** The same, where a code stands already. */
export function sayProblem(problem: Problem): string {
  const { file, line, path } = problem
  const place = file === undefined || line === undefined ? file : `${file}:${line}`
  const where = [place, path].filter(Boolean).join(' ')
  const seen = problem.seen === undefined ? '' : ` (seen ${JSON.stringify(problem.seen)})`
  return `${where && `${where}: `}${problem.message}${seen}`
}

/** As a reader meets them: file by file, from top to bottom, the environment last. */
export function inOrder(
  problems: readonly Problem[],
  files: readonly { readonly file: string }[],
): Problem[] {
  const rank = new Map(files.map(({ file }, i) => [file, i]))
  const rankOf = ({ file = '' }: Problem): number => rank.get(file) ?? files.length
  return [...problems].sort((a, b) => rankOf(a) - rankOf(b) || (a.line ?? 0) - (b.line ?? 0))
}
