import { useEffect } from 'preact/hooks'
import { err, ok } from '../../base/result.ts'
import type { Panel } from '../../dashboards/index.ts'
import type { Answer } from '../api.ts'
import { getExemplars, getInstant, getRange } from '../board-api.ts'
import { formatValue } from '../model/board-units.ts'
import { type BoardWindow, type Exemplar, fillIn, legendOf, type Series } from '../model/series.ts'
import { layoutServices } from '../model/service-graph.ts'
import { colorOf, learnServices } from '../service-colors.ts'
import { useRemote } from '../use-remote.ts'
import { BoardTable } from './board-table.tsx'
import { HeatChart } from './heat-chart.tsx'
import { LineChart, type NamedSeries } from './line-chart.tsx'
import { ServiceMap } from './service-map.tsx'

interface Drawn {
  /** One for each query. */
  readonly answers: readonly (readonly Series[])[]
  readonly exemplars: readonly Exemplar[]
  readonly window: BoardWindow
}

/** Of an app's links in a legend. */
const MAX_LEGENDS = 12
/** Of the palette of services: enough to tell lines apart. */
const COLORS = 16

/** One panel, asked for and drawn by itself: one that fails leaves the others alone. */
export function BoardPanel(props: {
  panel: Panel
  app: string
  window: BoardWindow
  onApp: (app: string) => void
}) {
  const { panel, app, window } = props
  const {
    value: drawn,
    failure,
    isOld,
  } = useRemote(`${panel.id} ${app} ${window.nowMs} ${window.fromMs}`, (signal) =>
    load(panel, app, window, signal),
  )
  useEffect(() => learnServices(appsOf(drawn)), [drawn])
  return (
    <section class="board-panel" style={{ '--columns': panel.width }} data-kind={panel.kind}>
      <h3 title={panel.about}>{panel.title}</h3>
      {failure !== undefined && drawn === undefined && <p class="bad">{failure.message}</p>}
      {drawn !== undefined && (
        <div class="board-drawn" data-old={isOld && failure !== undefined}>
          {panel.kind !== 'stat' && isEmpty(drawn) ? (
            <p class="none nothing">Nothing yet: {panel.about}</p>
          ) : (
            <Drawing panel={panel} drawn={drawn} onApp={props.onApp} />
          )}
        </div>
      )}
    </section>
  )
}

function Drawing(props: { panel: Panel; drawn: Drawn; onApp: (app: string) => void }) {
  const { panel, drawn, onApp } = props
  switch (panel.kind) {
    case 'stat':
      return <Stat panel={panel} drawn={drawn} />
    case 'lines':
      return <Lines panel={panel} drawn={drawn} />
    case 'heatmap':
      return <HeatChart panel={panel} series={drawn.answers.flat()} window={drawn.window} />
    case 'table':
      return <BoardTable panel={panel} answers={drawn.answers} onApp={onApp} />
    case 'map':
      return <Calls drawn={drawn} panel={panel} onApp={onApp} />
  }
}

function Stat({ panel, drawn }: { panel: Panel; drawn: Drawn }) {
  const value = drawn.answers[0]?.[0]?.points.at(-1)?.value
  const { thresholds } = panel
  const level =
    thresholds === undefined || value === undefined || value < thresholds.warning
      ? ''
      : value < thresholds.bad
        ? 'warning'
        : 'bad'
  return <p class={`stat ${level}`}>{formatValue(value, panel.unit)}</p>
}

function Lines({ panel, drawn }: { panel: Panel; drawn: Drawn }) {
  const series = named(panel, drawn)
  return (
    <>
      <LineChart panel={panel} series={series} exemplars={drawn.exemplars} window={drawn.window} />
      <ul class="legend">
        {latestFirst(series).map(({ name, color, points }) => (
          <li key={name}>
            <i style={{ background: color }} /> {name}{' '}
            <b>{formatValue(points.at(-1)?.value, panel.unit)}</b>
          </li>
        ))}
        {series.length > MAX_LEGENDS && (
          <li class="none">and {series.length - MAX_LEGENDS} more</li>
        )}
      </ul>
    </>
  )
}

/** Those at 0 last: they are the first to find no room. */
const latestFirst = (series: readonly NamedSeries[]): readonly NamedSeries[] =>
  series.length <= MAX_LEGENDS
    ? series
    : [...series].sort((a, b) => latestOf(b) - latestOf(a)).slice(0, MAX_LEGENDS)

const latestOf = ({ points }: NamedSeries): number => points.at(-1)?.value || 0

function Calls({
  panel,
  drawn,
  onApp,
}: {
  panel: Panel
  drawn: Drawn
  onApp: (app: string) => void
}) {
  const edges = drawn.answers[panel.queries.findIndex(({ id }) => id === 'edges')] ?? []
  const links = edges.map(({ labels, points }) => ({
    parent: labels.app_id ?? '',
    child: labels.dst_app_id ?? '',
    callCount: Math.round((points.at(-1)?.value ?? 0) * 60),
  }))
  if (links.length === 0) return <p class="none nothing">No app calls another one.</p>
  return (
    <>
      <ServiceMap
        graph={layoutServices(links)}
        rest={undefined}
        selected={undefined}
        onSelect={onApp}
      />
      <p class="none">calls a minute</p>
    </>
  )
}

async function load(
  panel: Panel,
  app: string,
  window: BoardWindow,
  signal: AbortSignal,
): Promise<Answer<Drawn>> {
  const isOverTime = panel.kind === 'lines' || panel.kind === 'heatmap'
  const get = isOverTime ? getRange : getInstant
  const exprs = panel.queries.map(({ expr }) => fillIn(expr, app, window))
  const answers = await Promise.all(exprs.map((expr) => get(expr, window, signal)))
  const failed = answers.find((answer) => !answer.ok)
  if (failed !== undefined && !failed.ok) return err(failed.error)
  const marked = panel.queries.findIndex((query) => query.exemplars)
  const exemplars =
    panel.kind === 'lines' && marked !== -1
      ? await getExemplars(exprs[marked] ?? '', window, signal)
      : ok([])
  return ok({
    answers: answers.flatMap((answer) =>
      answer.ok ? [isOverTime ? answer.value.filter(hasLine) : answer.value] : [],
    ),
    // Points to click on are a gift: a panel without them is whole.
    exemplars: exemplars.ok ? exemplars.value : [],
    window,
  })
}

/** A percentile of no calls is no number, however often it is asked for. */
const hasLine = ({ points }: Series): boolean => points.some(({ value }) => Number.isFinite(value))

const isEmpty = ({ answers }: Drawn): boolean => answers.every((series) => series.length === 0)

const appsOf = (drawn: Drawn | undefined): string[] => [
  ...new Set((drawn?.answers ?? []).flat().flatMap(({ labels }) => labels.app_id ?? [])),
]

/** An app alone has its own colour, as everywhere; lines that share an app have one each. */
function named(panel: Panel, { answers }: Drawn): readonly NamedSeries[] {
  const all = answers.flatMap((series, i) =>
    series.map((one) => ({ ...one, name: legendOf(panel.queries[i]?.legend ?? '', one.labels) })),
  )
  const isOnePerApp = all.every(({ name, labels }) => name === labels.app_id)
  return all.map((one, i) => ({
    ...one,
    color: isOnePerApp ? colorOf(one.name) : `var(--service-${i % COLORS})`,
  }))
}
