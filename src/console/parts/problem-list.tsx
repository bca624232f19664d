import type { Problem } from '../../base/problem.ts'
import { placeInWords } from '../model/sidecars.ts'
import { Icon } from './icons.tsx'

/** What is wrong with a Configuration, each with its line. With `onLine`, a click goes there. */
export function ProblemList(props: {
  problems: readonly Problem[]
  onLine?: (line: number) => void
}) {
  return (
    <ul class="problems">
      {props.problems.map((problem) => {
        const { path, code, message, seen, line } = problem
        const isWarning = problem.severity === 'warning'
        return (
          <li key={`${code} ${path} ${line}`} class={isWarning ? 'warning' : 'bad'}>
            <Icon name={isWarning ? 'warning' : 'error'} />
            <p>
              <LineOf problem={problem} onLine={props.onLine} /> <code>{path}</code>
              <span class="problem-words">
                {message}
                {seen !== undefined && (
                  <>
                    {' '}
                    (seen <code>{seen}</code>)
                  </>
                )}
              </span>
            </p>
          </li>
        )
      })}
    </ul>
  )
}

function LineOf(props: { problem: Problem; onLine: ((line: number) => void) | undefined }) {
  const { onLine } = props
  const { file, line } = props.problem
  if (onLine !== undefined && line !== undefined)
    return (
      <button type="button" class="link" onClick={() => onLine(line)}>
        line {line}
      </button>
    )
  if (file !== undefined)
    return <b>{placeInWords(line === undefined ? { file } : { file, line }, { isWhole: true })}</b>
  return line === undefined ? null : <b>line {line}</b>
}
