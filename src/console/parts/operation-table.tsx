import type { OperationReport, SamplingReport } from '../../wire/sidecar-report.ts'
import { operationInWords, rateInWords } from '../model/policy-words.ts'

/** What is in force per operation now, the busiest first. */
export function OperationTable({ sampling }: { sampling: SamplingReport }) {
  const { operations } = sampling
  if (operations.length === 0)
    return (
      <p class="none">
        {sampling.parent === undefined
          ? 'Rates per operation are known once the Configuration has a sampling block.'
          : 'No request has come yet since this Configuration is in force.'}
      </p>
    )
  return (
    <table class="facts-table">
      <thead>
        <tr>
          <th>Operation</th>
          <th>Decided by</th>
          <th class="number">Rate now</th>
          <th class="number">Sampled</th>
          <th class="number">Not sampled</th>
        </tr>
      </thead>
      <tbody>
        {operations.map((operation) => (
          <Line key={JSON.stringify(operation.operation)} operation={operation} />
        ))}
      </tbody>
    </table>
  )
}

function Line({ operation }: { operation: OperationReport }) {
  return (
    <tr>
      <td data-label="Operation">{operationInWords(operation)}</td>
      <td data-label="Decided by">{operation.rule}</td>
      <td class="number" data-label="Rate now">
        {rateInWords(operation.rate)}
      </td>
      <td class="number" data-label="Sampled">
        {operation.sampled.toLocaleString('en')}
      </td>
      <td class="number" data-label="Not sampled">
        {operation.unsampled.toLocaleString('en')}
      </td>
    </tr>
  )
}
