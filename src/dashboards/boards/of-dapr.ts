import { type Board, COLUMNS, type Panel } from '../model.ts'

/**
 * What is left of a board for sidecars that are daprd: panels whose metrics are all Dapr's own.
 *
 * @returns undefined when that is nothing
 */
export function ofDapr(board: Board): Board | undefined {
  const rows = board.rows
    .map(({ title, panels }) => ({ title, panels: linesOf(panels).flatMap(keepDaprs) }))
    .filter(({ panels }) => panels.length > 0)
  if (rows.length === 0) return undefined
  return {
    ...board,
    uid: board.uid.replace(/^sidelight-/, 'dapr-'),
    title: board.title.replace(/^Sidelight/, 'Dapr'),
    rows,
  }
}

/** Panels that stand beside each other. */
function linesOf(panels: readonly Panel[]): readonly (readonly Panel[])[] {
  const lines: Panel[][] = []
  let room = 0
  for (const panel of panels) {
    if (room < panel.width) {
      lines.push([])
      room = COLUMNS
    }
    lines.at(-1)?.push(panel)
    room -= panel.width
  }
  return lines
}

/** Those that stay share the room of those that go. */
function keepDaprs(line: readonly Panel[]): readonly Panel[] {
  const kept = line
    .map(({ queriesOfDapr, ...panel }) => ({ ...panel, queries: queriesOfDapr ?? panel.queries }))
    .filter(isOfDapr)
  return kept.map((panel) => ({ ...panel, width: COLUMNS / kept.length }))
}

const isOfDapr = ({ queries }: Panel): boolean =>
  queries.every(({ expr }) => !/\b(sidelight|process|nodejs)_/.test(expr))
