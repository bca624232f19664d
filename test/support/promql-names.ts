import { parser } from '@prometheus-io/lezer-promql'

/** What an expression speaks of. */
export interface PromqlNames {
  readonly metrics: ReadonlySet<string>
  /** By metric: labels of its selectors. */
  readonly matched: ReadonlyMap<string, ReadonlySet<string>>
  /** Labels of `by` and `without`. */
  readonly grouped: ReadonlySet<string>
}

/** Reads an expression, with what Grafana would have filled in. @throws Error when it is no PromQL */
export function promqlNames(expr: string): PromqlNames {
  const text = expr.replaceAll('$__rate_interval', '1m')
  const metrics = new Set<string>()
  const matched = new Map<string, Set<string>>()
  const grouped = new Set<string>()
  let metric = ''
  let isGrouping = false
  parser.parse(text).iterate({
    enter(node) {
      const own = text.slice(node.from, node.to)
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${text}`)
      if (node.name === 'Identifier') {
        metric = own
        metrics.add(own)
      }
      if (node.name === 'GroupingLabels') isGrouping = true
      if (node.name !== 'LabelName') return
      if (isGrouping) grouped.add(own)
      else matched.set(metric, (matched.get(metric) ?? new Set()).add(own))
    },
    leave(node) {
      if (node.name === 'GroupingLabels') isGrouping = false
    },
  })
  return { metrics, matched, grouped }
}
