import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Board } from '../../dashboards/index.ts'
import { boardLinks } from './links.ts'
import { toGrafanaPanel } from './panel.ts'
import { addVariables, PROMETHEUS } from './variables.ts'

/** Room for the panels of one row: ids stay as they are when another row grows. */
const IDS_PER_ROW = 100

/** A board as Grafana's dashboard (schema 42). The same board gives the same JSON, byte for byte. */
export function toGrafana(board: Board): Dashboard {
  const [boards = ''] = board.uid.split('-')
  const builder = new DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.question)
    .tags([boards])
    .readonly()
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .annotations(boards === 'dapr' ? [builtIn()] : [builtIn(), configurationChanges()])
    .links([...boardLinks(boards)])
  addVariables(builder, board)
  for (const [i, row] of board.rows.entries()) {
    const firstId = (i + 1) * IDS_PER_ROW
    builder.withRow(new RowBuilder(row.title).id(firstId))
    for (const [j, panel] of row.panels.entries())
      builder.withPanel(toGrafanaPanel(panel, firstId + 1 + j, boards))
  }
  return withoutDefaults(builder.build())
}

/** What the library writes of its own accord: a place behind a menu, and fields that Grafana 13 does not know. */
function withoutDefaults(dashboard: Dashboard): Dashboard {
  for (const each of [...(dashboard.links ?? []), ...(dashboard.annotations?.list ?? [])])
    delete each.placement
  for (const variable of dashboard.templating?.list ?? [])
    for (const field of ['auto', 'auto_min', 'auto_count'] as const) delete variable[field]
  for (const panel of dashboard.panels ?? [])
    if ('options' in panel && panel.type === 'table')
      delete (panel.options as { footer?: unknown }).footer
  return dashboard
}

/** Without it Grafana shows none of its own. */
const builtIn = (): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name('Annotations & Alerts')
    .type('dashboard')
    .builtIn(1)
    .datasource({ type: 'grafana', uid: '-- Grafana --' })
    .enable(true)
    .hide(true)
    .iconColor('rgba(0, 211, 255, 1)')

/** A mark where sampling changed: charts of spans before and after do not compare. */
const configurationChanges = (): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name('Configuration')
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor('purple')
    .expr(
      'changes(sidelight_configuration_generation{namespace=~"$namespace", app_id=~"$app_id"}[1m]) > 0',
    )
    .step('60s')
    .titleFormat('Configuration changed')
    .textFormat('{{app_id}}')
