import type { Panel } from '../../dashboards/index.ts'
import { formatValue } from '../model/board-units.ts'
import type { Series } from '../model/series.ts'

/** A row for each set of labels, a column for each query; the fullest first. */
export function BoardTable(props: {
  panel: Panel
  answers: readonly (readonly Series[])[]
  onApp: (app: string) => void
}) {
  const { panel, answers } = props
  const rows = new Map<string, { labels: Series['labels']; values: (number | undefined)[] }>()
  for (const [column, series] of answers.entries())
    for (const { labels, points } of series) {
      const key = JSON.stringify(labels)
      const row = rows.get(key) ?? { labels, values: [] }
      row.values[column] = points.at(-1)?.value
      rows.set(key, row)
    }
  const names = [...new Set(answers.flat().flatMap(({ labels }) => Object.keys(labels)))]
  const sorted = [...rows.values()].sort((a, b) => sumOf(b.values) - sumOf(a.values))
  return (
    <div class="board-table">
      <table>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name}>{name}</th>
            ))}
            {panel.queries.map(({ id = 'value' }) => (
              <th key={id} class="number">
                {id}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ labels, values }) => (
            <tr key={JSON.stringify(labels)}>
              {names.map((name) => (
                <td key={name}>
                  {name === 'app_id' && labels.app_id !== undefined ? (
                    <AppButton app={labels.app_id} onApp={props.onApp} />
                  ) : (
                    labels[name]
                  )}
                </td>
              ))}
              {panel.queries.map(({ id = 'value' }, column) => (
                <td key={id} class="number">
                  {formatValue(values[column], panel.unit)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const AppButton = ({ app, onApp }: { app: string; onApp: (app: string) => void }) => (
  <button type="button" class="link" title={`The board of ${app}`} onClick={() => onApp(app)}>
    {app}
  </button>
)

const sumOf = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((sum, value) => sum + (value !== undefined && value > 0 ? value : 0), 0)
