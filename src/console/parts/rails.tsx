import type { TraceRow } from '../model/trace-rows.ts'
import { ROW_HEIGHT } from '../model/visible-rows.ts'

const MIDDLE = ROW_HEIGHT / 2
/** The middle of the fold button, which a child's rail hangs from. */
const OFFSET = 17.5

/** Tree edges: a line for each level that goes on below, and the elbow to this row. */
export function Rails({ row, step }: { row: TraceRow; step: number }) {
  const { depth, rails } = row
  if (depth === 0 || rails.length < depth) return null
  let path = ''
  rails.forEach((goesOn, level) => {
    const x = OFFSET + level * step
    const isOwn = level === depth - 1
    if (isOwn) path += `M${x} 0V${goesOn ? ROW_HEIGHT : MIDDLE}M${x} ${MIDDLE}H${x + step - 7}`
    else if (goesOn) path += `M${x} 0V${ROW_HEIGHT}`
  })
  const width = OFFSET + depth * step + 4
  return (
    <svg class="rails" width={width} height={ROW_HEIGHT} aria-hidden="true">
      <path d={path} />
    </svg>
  )
}
