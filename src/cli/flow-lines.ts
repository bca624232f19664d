import { cut, oneLine } from '../base/column-table.ts'
import { count } from '../base/figures.ts'
import { BOLD, DIM, GREEN, type Paint, RED } from '../base/paint.ts'
import type { ComparedHop } from '../policy/index.ts'

/** A flow beside a later run. */
export interface CheckedFlow {
  readonly name: string
  /** Of the run. */
  readonly traces: number
  readonly hops: readonly ComparedHop[]
  readonly differences: number
}

/** What a hop is marked with: as in a diff, and `!` where it is on both sides. */
const MARKS = { both: '!', recorded: '-', seen: '+' } as const
const WIDTH_WITHOUT_TERMINAL = 160

/** The hops of both sides as a tree, with what differs. A flow that is as it was is one line. */
export function flowLines(
  { name, traces, hops, differences }: CheckedFlow,
  columns: number | undefined,
  paint: Paint,
): readonly string[] {
  const what = `${name}: ${count(traces, 'trace')}`
  if (differences === 0) return [`${paint('✔', GREEN)} ${what}, as recorded`]
  const width = columns ?? WIDTH_WITHOUT_TERMINAL
  /** New and missing ones: all below them is so, too. One that is missing and may be is none of them. */
  const marked = new Set<string>()
  const lines = hops.flatMap((hop): readonly string[] => {
    const { path, side } = hop
    const isMarked = hop.differences.length > 0 || marked.has(path.slice(0, -1).join('\n'))
    if (isMarked && side !== 'both') marked.add(path.join('\n'))
    const lead = '  '.repeat(path.length - 1)
    const text = cut(
      `${isMarked ? MARKS[side] : ' '} ${lead}${oneLine(path.at(-1) ?? '')}`.trimEnd(),
      width,
    )
    return [
      isMarked ? paint(text, side === 'seen' ? GREEN : RED) : text,
      ...hop.differences.flatMap(({ kind, message, traceId }) => [
        paint(cut(`  ${lead}  ✘ ${kind}: ${oneLine(message)}`, width), RED),
        ...(traceId === undefined ? [] : [paint(`  ${lead}    trace ${traceId}`, DIM)]),
      ]),
    ]
  })
  return [
    `${paint('✘', RED)} ${paint(`${what}, ${count(differences, 'difference')}`, BOLD)}`,
    ...lines,
  ]
}
