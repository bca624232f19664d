import assert from 'node:assert/strict'
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard'
import { toGrafana } from '../../../src/adapters/grafana/index.ts'
import { boardsOf, DEFAULT_SLOS, daprBoardsOf, parseSlos } from '../../../src/dashboards/index.ts'
import { promqlNames } from '../../support/promql-names.ts'

const slos = parseSlos(DEFAULT_SLOS, 'slo.yaml')
assert.ok(slos.ok)
// The type is what Grafana publishes of its schema: what does not fit does not compile.
const dashboards: readonly Dashboard[] = [...boardsOf(slos.value), ...daprBoardsOf(slos.value)].map(
  toGrafana,
)

interface Target {
  readonly expr: string
  readonly datasource: { readonly uid: string }
}
const isPanel = (panel: Panel | RowPanel): panel is Panel => panel.type !== 'row'
const panelsOf = ({ panels = [] }: Dashboard): readonly Panel[] => panels.filter(isPanel)
const targetsOf = ({ targets = [] }: Panel): readonly Target[] => targets as unknown as Target[]

/** Grafana's linter, rule by rule. @see https://github.com/grafana/dashboard-linter/tree/main/docs */
describe('a dashboard of Grafana', () => {
  for (const dashboard of dashboards)
    describe(String(dashboard.uid), () => {
      test('has the reader choose one data source, by which everything is asked', () => {
        const sources = dashboard.templating?.list?.filter(({ type }) => type === 'datasource')
        assert.deepEqual(
          sources?.map(({ name }) => name),
          ['datasource'],
        )
        const uid = `\${datasource}`
        for (const panel of panelsOf(dashboard)) {
          assert.equal(panel.datasource?.uid, uid, panel.title)
          for (const target of targetsOf(panel)) assert.equal(target.datasource.uid, uid)
        }
      })

      test('has variables that are read again with the time range, and All', () => {
        const variables = dashboard.templating?.list?.filter(({ type }) => type === 'query') ?? []
        assert.deepEqual(
          variables.map(({ name }) => name),
          // Dapr's own services know neither.
          dashboard.uid === 'dapr-control-plane' ? [] : ['namespace', 'app_id'],
        )
        for (const { name, refresh, multi, includeAll, allValue } of variables) {
          const all = name === 'app_id' ? '.+' : '.*'
          assert.deepEqual([refresh, multi, includeAll, allValue], [2, true, true, all])
        }
      })

      test('has for each panel a title, a description, a unit, a place and queries', () => {
        const ids = new Set(dashboard.panels?.map(({ id }) => id))
        assert.equal(ids.size, dashboard.panels?.length)
        for (const panel of panelsOf(dashboard)) {
          assert.ok(panel.title && panel.description && panel.fieldConfig?.defaults?.unit)
          assert.ok((panel.gridPos?.x ?? 99) + (panel.gridPos?.w ?? 99) <= 24)
          assert.ok(targetsOf(panel).length > 0, panel.title)
        }
      })

      test('asks in PromQL, for rates of counters over the interval of the scrape', () => {
        for (const panel of panelsOf(dashboard))
          for (const { expr } of targetsOf(panel)) {
            promqlNames(expr)
            // A budget is spent over a time of its own.
            if (panel.title?.startsWith('Budget')) continue
            assert.doesNotMatch(expr, /rate\([^[]*\[\d/, 'a fixed window')
          }
      })

      test('cannot be edited where it is provisioned, and is of a schema that knows its panels', () => {
        assert.equal(dashboard.editable, false)
        assert.ok((dashboard.schemaVersion ?? 0) >= 39)
        const types = new Set(panelsOf(dashboard).map(({ type }) => type))
        for (const type of types)
          assert.ok(['stat', 'timeseries', 'heatmap', 'table', 'nodeGraph'].includes(type), type)
      })

      test('leads from each latency to traces, once a panel, and from nothing of another unit', () => {
        for (const panel of panelsOf(dashboard)) {
          const targets = targetsOf(panel) as readonly (Target & { exemplar?: boolean })[]
          const isOfBuckets =
            panel.type === 'heatmap' || targets.some(({ expr }) => /^histogram_quantile/.test(expr))
          const isDrawn = ['heatmap', 'timeseries'].includes(panel.type)
          const marked = targets.filter(({ exemplar }) => exemplar).length
          assert.equal(marked, isOfBuckets && isDrawn ? 1 : 0, panel.title)
        }
      })
    })
})
