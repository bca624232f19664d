import { METRIC_NAME } from '../../wire/labels.ts'
import type { Selector } from './ast.ts'
import { parseNumber, parseQueryDurationMs } from './literals.ts'
import type { MatcherText, MatchOperator } from './matchers.ts'
import { REFUSED, type ReadContext, type Typed } from './read-context.ts'
import { childNamed, type Node } from './syntax-tree.ts'

/** Readers of selectors, ranges and what stands behind them, by the grammar's names. */
export function selectorReaders({
  read,
  refuse,
  string,
  regexes,
  selectors,
}: ReadContext): Readonly<Record<string, (node: Node) => Typed>> {
  function readSelector(node: Node): Typed {
    const matchers: MatcherText[] = []
    const name = childNamed(node, 'Identifier')
    if (name !== undefined) matchers.push({ name: METRIC_NAME, operator: '=', value: name.text })
    for (const matcher of childNamed(node, 'LabelMatchers')?.children ?? []) {
      const read = readMatcher(matcher)
      if (read.name === METRIC_NAME && name !== undefined)
        return refuse(node, `metric name must not be set twice: "${name.text}" or "${read.value}"`)
      if (read.operator === '=~' || read.operator === '!~') regexes.add(read.value)
      matchers.push(read)
    }
    selectors.push({ from: node.from, matchers })
    return { expression: { kind: 'selector', matchers, offsetMs: 0 }, type: 'vector' }
  }

  function readMatcher(node: Node): MatcherText {
    const [label, operator, value] = node.children as [Node, Node?, Node?]
    // A quoted string alone is the metric's name.
    if (operator === undefined || value === undefined)
      return { name: METRIC_NAME, operator: '=', value: string(label) }
    const name = label.name === 'LabelName' ? label.text : string(label.children[0] as Node)
    return { name, operator: operator.text as MatchOperator, value: string(value) }
  }

  function readRange(node: Node): Typed {
    const [of, duration] = node.children as [Node, Node]
    if (of.name !== 'VectorSelector') return refuse(of, 'ranges only allowed for vector selectors')
    const rangeMs = readDurationMs(duration)
    if (rangeMs !== undefined && rangeMs <= 0)
      return refuse(duration, 'duration must be greater than 0')
    const { expression } = readSelector(of)
    if (expression.kind !== 'selector' || rangeMs === undefined) return REFUSED
    return { expression: { kind: 'range', selector: expression, rangeMs }, type: 'matrix' }
  }

  /** Seconds, or a duration; with a sign only where one is allowed. */
  function readDurationMs(node: Node): number | undefined {
    const text = node.text.replaceAll(/\s/g, '')
    const ms = parseQueryDurationMs(text.replace(/^[+-]/, ''))
    const seconds = ms === undefined ? parseNumber(text) : undefined
    if (ms !== undefined) return text.startsWith('-') ? -ms : ms
    if (seconds !== undefined && Number.isFinite(seconds)) return Math.round(seconds * 1_000)
    refuse(node, 'a duration such as 5m is needed; expressions of durations are not supported here')
    return undefined
  }

  function readOffset(node: Node): Typed {
    const [of, , duration] = node.children as [Node, Node, Node]
    const offsetMs = readDurationMs(duration)
    if (offsetMs === undefined) return REFUSED
    return changeSelector(of, 'offset', (selector) =>
      selector.offsetMs === 0 ? { ...selector, offsetMs } : undefined,
    )
  }

  function readAt(node: Node): Typed {
    const [of, , time] = node.children as [Node, Node, Node]
    const side = time.children[0]?.name
    const seconds = parseNumber(time.text)
    const at =
      side === 'AtStart' ? 'start' : side === 'AtEnd' ? 'end' : Math.round((seconds ?? 0) * 1_000)
    if (typeof at === 'number' && !Number.isFinite(at))
      return refuse(time, `timestamp out of bounds for @ modifier: ${time.text}`)
    return changeSelector(of, '@', (selector) =>
      selector.at === undefined ? { ...selector, at } : undefined,
    )
  }

  /** Both stand behind a selector or its range. */
  function changeSelector(
    of: Node,
    modifier: string,
    change: (selector: Selector) => Selector | undefined,
  ): Typed {
    const { expression, type } = read(of)
    if (type === 'any') return REFUSED
    const selector = expression.kind === 'range' ? expression.selector : expression
    if (of.name === 'ParenExpr' || selector.kind !== 'selector')
      return refuse(
        of,
        `${modifier} modifier must be preceded by an instant vector selector or range vector selector`,
      )
    const changed = change(selector)
    if (changed === undefined) return refuse(of, `${modifier} may not be set multiple times`)
    return expression.kind === 'range'
      ? { expression: { ...expression, selector: changed }, type: 'matrix' }
      : { expression: changed, type: 'vector' }
  }

  return {
    VectorSelector: readSelector,
    MatrixSelector: readRange,
    OffsetExpr: readOffset,
    StepInvariantExpr: readAt,
  }
}
