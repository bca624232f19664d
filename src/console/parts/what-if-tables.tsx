import type { BudgetFigures, RuleFigures, WhatIfAnswer } from '../../wire/what-if.ts'
import { rateInWords } from '../model/policy-words.ts'
import { figureInWords, formatAmount, listWhatIfRows } from '../model/what-if-rows.ts'

/** Today beside the new policy, measure by measure. */
export const KeptTable = ({ answer }: { answer: WhatIfAnswer }) => (
  <table class="facts-table kept">
    <thead>
      <tr>
        <th>In {answer.name === undefined ? 'this time' : `“${answer.name}”`}</th>
        <th class="number">Today</th>
        <th class="number">New</th>
        <th class="number">Difference</th>
      </tr>
    </thead>
    <tbody>
      {listWhatIfRows(answer).map(({ name, today, next, difference, isEstimate }) => (
        <tr key={name}>
          <td data-label="Measure">{name}</td>
          <td class="number" data-label="Today">
            {today}
          </td>
          <td class="number" data-label="New">
            {isEstimate && <small>estimate </small>}
            <b>{next}</b>
          </td>
          <td class="number" data-label="Difference">
            {difference}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

/** Which rule keeps how many, in the order of decision. */
export const RuleTable = ({ rules }: { rules: readonly RuleFigures[] }) => (
  <table class="facts-table">
    <thead>
      <tr>
        <th>Kept by</th>
        <th class="number">Rate</th>
        <th class="number">Traces today</th>
        <th class="number">Traces new</th>
        <th class="number">Rests on</th>
      </tr>
    </thead>
    <tbody>
      {rules.map(({ rule, kind, rate, today, next, restsOn }) => (
        <tr key={`${kind} ${rule}`}>
          <td data-label="Kept by">
            <b>{rule}</b> <small>{kind === 'built-in' ? '' : kind}</small>
          </td>
          <td class="number" data-label="Rate">
            {rate === undefined ? '' : rateInWords(rate)}
          </td>
          <td class="number" data-label="Traces today">
            {formatAmount(today)}
          </td>
          <td class="number" data-label="Traces new">
            {figureInWords(next)}
          </td>
          <td class="number" data-label="Rests on">
            {restsOn.toLocaleString('en')} recorded
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

/** Budgets hold for each sidecar; together they are worth more. */
export const BudgetTable = ({ budgets }: { budgets: readonly BudgetFigures[] }) => (
  <table class="facts-table">
    <thead>
      <tr>
        <th>Budget</th>
        <th class="number">Each sidecar</th>
        <th class="number">All together</th>
        <th class="number">Would have refused</th>
      </tr>
    </thead>
    <tbody>
      {budgets.map(({ budget, perSidecar, per, sidecars, total, refused }) => (
        <tr key={budget}>
          <td data-label="Budget">
            <code>{budget}</code>
          </td>
          <td class="number" data-label="Each sidecar">
            {formatAmount(perSidecar)} a {per}
          </td>
          <td class="number" data-label="All together">
            {formatAmount(total)} a {per} ({sidecars} ×)
          </td>
          <td class="number" data-label="Would have refused">
            {refused === 0 ? 'none' : `about ${formatAmount(refused)} traces`}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
