import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  type DashboardLink,
  type Panel as GrafanaPanel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import {
  PanelBuilder as HeatmapBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap'
import { PanelBuilder as NodeGraphBuilder } from '@grafana/grafana-foundation-sdk/nodegraph'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import type { Panel, PanelKind, Query, Unit } from '../../dashboards/index.ts'
import { linkOf } from './links.ts'
import { PROMETHEUS } from './variables.ts'

const UNITS: Readonly<Record<Unit, string>> = {
  seconds: 's',
  milliseconds: 'ms',
  bytes: 'bytes',
  ratio: 'percentunit',
  per_second: 'cps',
  count: 'short',
  yes_no: 'bool_yes_no',
}

const HEIGHTS: Readonly<Record<PanelKind, number>> = {
  stat: 4,
  lines: 8,
  heatmap: 8,
  table: 8,
  map: 8,
}

type AnyBuilder = StatBuilder | LinesBuilder | HeatmapBuilder | TableBuilder | NodeGraphBuilder

/** @param id of Grafana's own: a number, unique in the dashboard @param boards what the uids of the boards begin with */
export function toGrafanaPanel(panel: Panel, id: number, boards: string): Builder<GrafanaPanel> {
  const builder = BUILDERS[panel.kind](panel)
  builder
    .id(id)
    .title(panel.title)
    .description(panel.about)
    .datasource(PROMETHEUS)
    .span(panel.width)
    .height(HEIGHTS[panel.kind])
    .unit(UNITS[panel.unit])
    .noValue('–')
  if (panel.thresholds !== undefined) {
    const { warning, bad } = panel.thresholds
    builder.thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps([
          { value: null, color: 'green' },
          ...(warning === bad ? [] : [{ value: warning, color: 'orange' }]),
          { value: bad, color: 'red' },
        ]),
    )
  }
  if (panel.link !== undefined)
    builder.dataLinks([{ build: (): DashboardLink => linkOf(panel, boards) }])
  return builder
}

const BUILDERS: Readonly<Record<PanelKind, (panel: Panel) => AnyBuilder>> = {
  stat: (panel) =>
    new StatBuilder()
      .targets(panel.queries.map((query, i) => target(query, i).range()))
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
      .graphMode(BigValueGraphMode.Area)
      .colorMode(panel.thresholds === undefined ? BigValueColorMode.None : BigValueColorMode.Value),
  lines(panel) {
    const lines = new LinesBuilder()
      .targets(panel.queries.map((query, i) => target(query, i).range()))
      .min(0)
      .fillOpacity(8)
      .showPoints(VisibilityMode.Never)
      .thresholdsStyle(
        new GraphThresholdsStyleConfigBuilder().mode(
          panel.thresholds === undefined
            ? GraphThresholdsStyleMode.Off
            : GraphThresholdsStyleMode.Dashed,
        ),
      )
      .legend(
        new VizLegendOptionsBuilder()
          .displayMode(LegendDisplayMode.List)
          .placement(LegendPlacement.Bottom)
          .showLegend(true),
      )
      .tooltip(
        new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
      )
    return panel.top === undefined ? lines : lines.axisSoftMax(panel.top)
  },
  heatmap: (panel) =>
    new HeatmapBuilder()
      .targets(
        panel.queries.map((query, i) => target(query, i).range().format(PromQueryFormat.Heatmap)),
      )
      .calculate(false)
      .yAxis(new YAxisConfigBuilder().unit(UNITS[panel.unit])),
  table: (panel) =>
    new TableBuilder()
      .targets(
        panel.queries.map((query, i) => target(query, i).instant().format(PromQueryFormat.Table)),
      )
      .transformations([
        { id: 'merge', options: {} },
        {
          id: 'organize',
          options: { excludeByName: { Time: true }, renameByName: columnsOf(panel) },
        },
      ]),
  map: (panel) =>
    new NodeGraphBuilder()
      .targets(
        panel.queries.map((query, i) =>
          target({ ...query, expr: FRAMES[query.id ?? '']?.(query.expr) ?? query.expr }, i)
            .instant()
            .format(PromQueryFormat.Table),
        ),
      )
      .transformations([
        {
          id: 'organize',
          options: {
            excludeByName: { Time: true },
            renameByName: Object.fromEntries(
              panel.queries.map((_, i) => [valueColumn(i), 'mainstat']),
            ),
          },
        },
      ]),
}

/** A node graph knows its frames by their fields: `id` and `title`; `id`, `source` and `target`. */
const FRAMES: Readonly<Record<string, (expr: string) => string>> = {
  nodes: (expr) =>
    `label_replace(label_replace(${expr}, "id", "$1", "app_id", "(.*)"), "title", "$1", "app_id", "(.*)")`,
  edges: (expr) =>
    `label_join(label_replace(label_replace(${expr}, "source", "$1", "app_id", "(.*)"), "target", "$1", "dst_app_id", "(.*)"), "id", "-", "app_id", "dst_app_id")`,
}

const refIdOf = (nth: number): string => String.fromCharCode('A'.charCodeAt(0) + nth)
/** What Grafana calls the value of a table's query. */
const valueColumn = (nth: number): string => `Value #${refIdOf(nth)}`

const columnsOf = ({ queries }: Panel): Record<string, string> =>
  Object.fromEntries(
    queries.map(({ id = '' }, i) => [queries.length === 1 ? 'Value' : valueColumn(i), id]),
  )

const target = ({ expr, legend, exemplars }: Query, nth: number): DataqueryBuilder =>
  new DataqueryBuilder()
    .datasource(PROMETHEUS)
    .refId(refIdOf(nth))
    .expr(expr)
    .legendFormat(legend)
    .exemplar(exemplars ?? false)
