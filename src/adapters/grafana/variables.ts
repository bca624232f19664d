import {
  type DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Board, VariableName } from '../../dashboards/index.ts'

/** What Grafana fills in. */
export function variable(name: string): string {
  return `\${${name}}`
}

/** The data source that the reader chooses. */
export const PROMETHEUS = { type: 'prometheus', uid: variable('datasource') }
/** Where the console is reached from the reader's browser; a text box, since Grafana cannot know it. */
export const CONSOLE = variable('console')
const CONSOLE_URL = 'http://localhost:9411/zipkin'

/** A metric that each sidecar has from its first second on. */
const ALWAYS_THERE = 'sidelight_configuration_generation'

const ALL: Readonly<Record<VariableName, string>> = {
  // Series without the label, too: a scrape outside of Kubernetes adds none.
  namespace: '.*',
  // Not those of the backend, which is no app.
  app_id: '.+',
}

export function addVariables(builder: DashboardBuilder, { variables, uid }: Board): void {
  const present = uid.startsWith('dapr-') ? 'dapr_runtime_component_init_total' : ALWAYS_THERE
  builder.withVariable(
    new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
  )
  for (const name of variables) {
    const query = `label_values(${present}, ${name})`
    builder.withVariable(
      new QueryVariableBuilder(name)
        .label(name)
        .datasource(PROMETHEUS)
        .query({ query, refId: name })
        .definition(query)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .sort(VariableSort.AlphabeticalAsc)
        .multi(true)
        .includeAll(true)
        .allValue(ALL[name])
        .current({ selected: true, text: ['All'], value: ['$__all'] }),
    )
  }
  builder.withVariable(
    new TextBoxVariableBuilder('console')
      .label('Console')
      .description('Where traces are browsed, as your browser reaches it.')
      .defaultValue(CONSOLE_URL)
      .current({ selected: true, text: CONSOLE_URL, value: CONSOLE_URL }),
  )
}
