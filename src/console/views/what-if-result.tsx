import { useEffect } from 'preact/hooks'
import type { Problem } from '../../base/problem.ts'
import { formatDuration } from '../../base/short-duration.ts'
import type { WhatIfAnswer } from '../../wire/what-if.ts'
import type { Failure } from '../api.ts'
import { counted } from '../model/policy-words.ts'
import { formatTime } from '../model/times.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Notice } from '../parts/notice.tsx'
import { ProblemList } from '../parts/problem-list.tsx'
import { BudgetTable, KeptTable, RuleTable } from '../parts/what-if-tables.tsx'
import { askWhatIf } from '../sidecar-api.ts'
import { useRemote } from '../use-remote.ts'

/** What the policy in the URL would have kept; or what is wrong with it, line by line. */
export function WhatIfResult(props: {
  yaml: string
  last: string
  onMarked: (lines: ReadonlySet<number>) => void
  onLine: (line: number) => void
}) {
  const { yaml, last } = props
  const remote = useRemote(`${last} ${yaml}`, (signal) => askWhatIf(yaml, last, signal))
  const { failure, value } = remote
  const problems = failure === undefined ? NONE : problemsOf(failure)
  useEffect(() => {
    props.onMarked(new Set(problems.flatMap(({ line }) => line ?? [])))
  }, [failure])
  if (problems.length > 0)
    return (
      <section class="page-section" role="alert">
        <h2 class="bad">This Configuration cannot be run: {counted(problems.length, 'problem')}</h2>
        <ProblemList problems={problems} onLine={props.onLine} />
      </section>
    )
  if (failure !== undefined && value === undefined)
    return (
      <FailureNotice failure={failure} sinceMs={remote.failedSinceMs} onRetry={remote.reload} />
    )
  if (value === undefined) return <div class="loading" aria-busy="true" />
  return <Result answer={value} onLine={props.onLine} />
}

const NONE: readonly Problem[] = []

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'message' in value && 'path' in value

/** The backend refuses a Configuration with all that is wrong with it. */
function problemsOf({ body }: Failure): readonly Problem[] {
  if (typeof body !== 'object' || body === null || !('problems' in body)) return NONE
  return Array.isArray(body.problems) ? body.problems.filter(isProblem) : NONE
}

function Result({ answer, onLine }: { answer: WhatIfAnswer; onLine: (line: number) => void }) {
  const { window, rules, budgets, notes, warnings } = answer
  return (
    <div class="what-if-result" aria-live="polite">
      {window.traces === 0 ? <NoTraces answer={answer} /> : <KeptTable answer={answer} />}
      {window.traces > 0 && (
        <p>
          <strong>{answer.exact ? 'Exact' : 'Estimate'}</strong>, {basisInWords(answer)}.
        </p>
      )}
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map(({ code, text }) => (
            <li key={code}>{text}</li>
          ))}
        </ul>
      )}
      {rules.length > 0 && <RuleTable rules={rules} />}
      {budgets.length > 0 && <BudgetTable budgets={budgets} />}
      {warnings.length > 0 && <ProblemList problems={warnings} onLine={onLine} />}
    </div>
  )
}

function basisInWords({ window, sidecars }: WhatIfAnswer): string {
  const { traces, foreignTraces, isCapped, fromUs, toUs } = window
  const time = (us: number): string => formatTime(us / 1000)
  return [
    `resting on ${isCapped ? 'the newest ' : ''}${counted(traces, 'recorded trace')} from ${time(fromUs)} to ${time(toUs)}`,
    ...(foreignTraces > 0
      ? [`${foreignTraces.toLocaleString('en')} more have no span of a sidecar`]
      : []),
    `${sidecars.answered} of ${counted(sidecars.registered, 'sidecar')} said what they run`,
  ].join('; ')
}

const NoTraces = ({ answer: { window } }: { answer: WhatIfAnswer }) => (
  <Notice title="There is no trace to run it over">
    <p>
      {window.foreignTraces > 0
        ? `The last ${formatDuration(window.askedMs * 1000)} hold ${counted(window.foreignTraces, 'trace')}, but none with a span of a sidecar: no Configuration decides about those.`
        : `No trace was recorded in the last ${formatDuration(window.askedMs * 1000)}.`}{' '}
      Choose a longer time, see <a href="./">what is stored</a>, or ask{' '}
      <a href="doctor">why there is no trace</a>.
    </p>
  </Notice>
)
