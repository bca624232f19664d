import type { ConfigurationChange } from '../../wire/sidecar-report.ts'
import { changeInWords } from '../model/change-words.ts'

/** The difference that the last change made, setting by setting. */
export function ChangeTable({ changes }: { changes: readonly ConfigurationChange[] }) {
  return (
    <table class="facts-table changes">
      <thead>
        <tr>
          <th>Setting</th>
          <th>Before</th>
          <th>After</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(changeInWords).map(({ path, before, after }) => (
          <tr key={path}>
            <td data-label="Setting" class="anywhere">
              <code>{path}</code>
            </td>
            <td data-label="Before" class="anywhere">
              {before === undefined ? <span class="none">not set</span> : <del>{before}</del>}
            </td>
            <td data-label="After" class="anywhere">
              {after === undefined ? <span class="none">not set</span> : <ins>{after}</ins>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
