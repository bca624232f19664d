import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Panel, PanelLink } from '../../dashboards/index.ts'
import { CONSOLE, variable } from './variables.ts'

const WINDOW = `lookback=range&startTs=${variable('__from')}&endTs=${variable('__to')}`
const APP = variable('__field.labels.app_id')
/** A table has no labels: its row has them. */
const APP_OF_ROW = variable('__data.fields.app_id')

const LINKS: Readonly<
  Record<PanelLink, { readonly title: string; url(app: string, boards: string): string }>
> = {
  traces: {
    title: 'Traces of this app',
    url: (app) => `${CONSOLE}/?serviceName=${app}&${WINDOW}`,
  },
  service: {
    title: 'Board of this app',
    url: (app, boards) => `/d/${boards}-service?var-app_id=${app}&${variable('__url_time_range')}`,
  },
}

/** Where a click on a series or a row leads. @param boards what the uids of the boards begin with */
export function linkOf({ link = 'traces', kind }: Panel, boards: string): DashboardLink {
  const { title, url } = LINKS[link]
  return new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(url(kind === 'table' ? APP_OF_ROW : APP, boards))
    .targetBlank(link === 'traces')
    .build()
}

/** In the head of every dashboard: the others, and the traces. */
export const boardLinks = (boards: string): readonly DashboardLinkBuilder[] => [
  new DashboardLinkBuilder('Boards')
    .type(DashboardLinkType.Dashboards)
    .tags([boards])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true),
  new DashboardLinkBuilder('Traces')
    .type(DashboardLinkType.Link)
    .url(`${CONSOLE}/?${WINDOW}`)
    .targetBlank(true),
]
