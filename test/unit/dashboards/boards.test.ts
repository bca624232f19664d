import assert from 'node:assert/strict'
import { controlPlaneMetrics } from '../../../src/dashboards/control-plane-metrics.ts'
import {
  alertingRules,
  type Board,
  boardsOf,
  DEFAULT_SLOS,
  daprBoardsOf,
  parseSlos,
  recordingRules,
} from '../../../src/dashboards/index.ts'
import { processMetrics } from '../../../src/dashboards/process-metrics.ts'
import {
  backendCatalogue,
  type MetricDefinition,
  sidecarCatalogue,
} from '../../../src/telemetry/index.ts'
import { promqlNames } from '../../support/promql-names.ts'

const parsed = parseSlos(DEFAULT_SLOS, 'slo.yaml')
assert.ok(parsed.ok)
const slos = parsed.value
const ours = boardsOf(slos)
const daprs = daprBoardsOf(slos)

/** Added by a scrape, by a histogram, or by a rule. */
const ADDED = new Set(['app_id', 'namespace', 'instance', 'job', 'le', 'slo'])
const rules = (file: { groups: readonly { rules: readonly object[] }[] }) =>
  file.groups.flatMap(({ rules }) => rules as { record?: string; alert?: string; expr: string }[])

const declared = new Map<string, readonly string[]>([['up', []]])
const declare = ({ name, type, labels }: MetricDefinition): void => {
  const suffixes = type === 'histogram' ? ['_bucket', '_count', '_sum'] : ['']
  for (const suffix of suffixes) declared.set(name + suffix, labels)
}
for (const metric of [
  ...sidecarCatalogue,
  ...backendCatalogue,
  ...Object.values(processMetrics),
  ...Object.values(controlPlaneMetrics),
])
  declare(metric)
for (const { record } of rules(recordingRules(slos))) if (record) declared.set(record, [])

const expressions: readonly (readonly [where: string, expr: string])[] = [
  ...[...ours, ...daprs].flatMap((board) =>
    panelsOf(board).flatMap(({ id, queries }) =>
      queries.map(({ expr }) => [`${board.uid} ${id}`, expr] as const),
    ),
  ),
  ...[...rules(recordingRules(slos)), ...rules(alertingRules(slos))].map(
    ({ record, alert, expr }) => [String(record ?? alert), expr] as const,
  ),
]

function panelsOf(board: Board) {
  return board.rows.flatMap(({ panels }) => panels)
}

describe('the boards and rules', () => {
  test('ask for metrics and labels that are declared', () => {
    const unknown: string[] = []
    for (const [where, expr] of expressions) {
      const { metrics, matched, grouped } = promqlNames(expr)
      for (const metric of metrics) if (!declared.has(metric)) unknown.push(`${where}: ${metric}`)
      for (const [metric, labels] of matched)
        for (const label of labels)
          if (!declared.get(metric)?.includes(label) && !ADDED.has(label))
            unknown.push(`${where}: ${metric}{${label}}`)
      const all = [...metrics].flatMap((metric) => declared.get(metric) ?? [])
      for (const label of grouped)
        if (!all.includes(label) && !ADDED.has(label)) unknown.push(`${where}: by (${label})`)
    }
    assert.deepEqual(unknown, [])
    assert.ok(expressions.length > 100)
  })

  test('fill each row of 24 columns, name each panel once, and say what it is for', () => {
    for (const board of [...ours, ...daprs]) {
      const ids = panelsOf(board).map(({ id }) => id)
      assert.equal(new Set(ids).size, ids.length, board.uid)
      assert.ok(board.uid.length <= 40)
      for (const { title, panels } of board.rows)
        assert.equal(
          panels.reduce((sum, { width }) => sum + width, 0) % 24,
          0,
          `${board.uid} ${title}`,
        )
      for (const { about, title } of panelsOf(board)) assert.ok(about.length > 20, title)
    }
  })

  test('show legends of labels that the query gives', () => {
    for (const board of ours)
      for (const { queries, id } of panelsOf(board))
        for (const { expr, legend } of queries) {
          const { grouped } = promqlNames(expr)
          for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g))
            assert.ok(grouped.has(label), `${board.uid} ${id}: ${label}`)
        }
  })

  test('of Dapr use names of Dapr only', () => {
    assert.ok(daprs.length >= 4)
    for (const board of daprs)
      for (const { queries } of panelsOf(board))
        for (const { expr } of queries)
          for (const metric of promqlNames(expr).metrics) assert.match(metric, /^dapr_/)
  })
})
