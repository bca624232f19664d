import type { SidecarReport } from '../../wire/sidecar-report.ts'
import { type Decider, listDeciders } from '../model/deciders.ts'
import { Countdown } from './countdown.tsx'
import { PlaceName } from './place.tsx'

/** Rules and overrides in the order of decision, with what each has decided. */
export function DeciderTable({ report, nowUs }: { report: SidecarReport; nowUs: number }) {
  return (
    <table class="facts-table">
      <thead>
        <tr>
          <th>Who decides</th>
          <th>About</th>
          <th>Keeps</th>
          <th class="number">Sampled</th>
          <th class="number">Not sampled</th>
          <th>Set in</th>
        </tr>
      </thead>
      <tbody>
        {listDeciders(report).map((decider) => (
          <tr key={`${decider.kind} ${decider.name}`}>
            <td data-label="Who decides">
              <b>{decider.name}</b> {decider.kind !== 'built-in' && <small>{decider.kind}</small>}
              {decider.untilUs !== undefined && (
                <Countdown untilUs={decider.untilUs} nowUs={nowUs} />
              )}
            </td>
            <td data-label="About">{decider.asks}</td>
            <td data-label="Keeps">{decider.does}</td>
            <Counts decider={decider} />
            <td data-label="Set in">
              <PlaceName place={decider.place} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Counts({ decider }: { decider: Decider }) {
  return (
    <>
      <td class="number" data-label="Sampled">
        {decider.sampled.toLocaleString('en')}
      </td>
      <td class="number" data-label="Not sampled">
        {decider.unsampled.toLocaleString('en')}
      </td>
    </>
  )
}
