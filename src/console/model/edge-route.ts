import { COLUMN_WIDTH, type GraphNode, NODE_HEIGHT, NODE_WIDTH } from './service-graph.ts'

/** SVG path data of a call, with the place of its label. */
export interface EdgeRoute {
  readonly path: string
  readonly arrow: string
  readonly x: number
  readonly y: number
}

/** A straight line between two edges of the boxes, beside the one that leads back. */
export function routeChord(from: GraphNode, to: GraphNode): EdgeRoute {
  if (from === to) return loop(from)
  const dx = to.x - from.x
  const dy = to.y - from.y
  const length = Math.hypot(dx, dy)
  const [ux, uy] = [dx / length, dy / length]
  const inset = Math.min(
    Math.abs(ux) < 1e-9 ? Number.POSITIVE_INFINITY : NODE_WIDTH / 2 / Math.abs(ux),
    Math.abs(uy) < 1e-9 ? Number.POSITIVE_INFINITY : NODE_HEIGHT / 2 / Math.abs(uy),
  )
  const at = (node: GraphNode, along: number): [number, number] => [
    node.x + NODE_WIDTH / 2 + ux * along - uy * 5,
    node.y + NODE_HEIGHT / 2 + uy * along + ux * 5,
  ]
  const [x0, y0] = at(from, inset)
  const [x1, y1] = at(to, -inset - 8)
  const [tipX, tipY] = at(to, -inset)
  return {
    path: `M${x0} ${y0}L${x1} ${y1}`,
    arrow: `M${tipX} ${tipY}L${x1 - uy * 4.5} ${y1 + ux * 4.5}L${x1 + uy * 4.5} ${y1 - ux * 4.5}z`,
    x: x0 + (x1 - x0) * 0.35,
    y: y0 + (y1 - y0) * 0.35 + 4,
  }
}

/** Left to right; over the boxes of the columns between; within a column it bulges right; a call back swings below; a call to itself makes a loop. */
export function routeEdge(from: GraphNode, to: GraphNode): EdgeRoute {
  if (from === to) return loop(from)
  if (to.x - from.x > COLUMN_WIDTH) return over(from, to)
  if (to.x > from.x) return forward(from, to)
  return to.x === from.x ? sideways(from, to) : back(from, to)
}

function loop({ x: left, y: top }: GraphNode): EdgeRoute {
  const x = left + NODE_WIDTH / 2
  return {
    path: `M${x + 24} ${top}c0 -34 -48 -34 -48 -6`,
    arrow: `M${x - 24} ${top}l-4.5 -8h9z`,
    x,
    y: top - 24,
  }
}

function forward(from: GraphNode, to: GraphNode): EdgeRoute {
  const x0 = from.x + NODE_WIDTH
  const x1 = to.x - 7
  const y0 = from.y + NODE_HEIGHT / 2
  const y1 = to.y + NODE_HEIGHT / 2
  const bend = (x1 - x0) / 2
  return {
    path: `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`,
    arrow: `M${to.x} ${y1}l-8 -4.5v9z`,
    x: (x0 + x1) / 2,
    y: (y0 + y1) / 2,
  }
}

/** A call that skips columns swings above, where no box hides it; the farther, the higher. */
function over(from: GraphNode, to: GraphNode): EdgeRoute {
  const x0 = from.x + NODE_WIDTH / 2
  const x1 = to.x + NODE_WIDTH / 2
  const rise = 30 + (x1 - x0) / 12
  const high = Math.min(from.y, to.y) - rise
  return {
    path: `M${x0} ${from.y}C${x0} ${high} ${x1} ${high} ${x1} ${to.y - 7}`,
    arrow: `M${x1} ${to.y}l-4.5 -8h9z`,
    x: (x0 + x1) / 2,
    y: Math.min(from.y, to.y) - rise * 0.75 - 4,
  }
}

function sideways(from: GraphNode, to: GraphNode): EdgeRoute {
  const x = from.x + NODE_WIDTH
  const isDown = to.y > from.y
  const y0 = from.y + NODE_HEIGHT * (isDown ? 0.75 : 0.25)
  const y1 = to.y + NODE_HEIGHT * (isDown ? 0.25 : 0.75)
  return {
    path: `M${x} ${y0}C${x + 48} ${y0} ${x + 48} ${y1} ${x + 7} ${y1}`,
    arrow: `M${x} ${y1}l8 -4.5v9z`,
    x: x + 36,
    y: (y0 + y1) / 2,
  }
}

function back(from: GraphNode, to: GraphNode): EdgeRoute {
  const x0 = from.x + NODE_WIDTH / 2
  const x1 = to.x + NODE_WIDTH / 2
  const low = Math.max(from.y, to.y) + NODE_HEIGHT
  const y1 = to.y + NODE_HEIGHT
  return {
    path: `M${x0} ${from.y + NODE_HEIGHT}C${x0} ${low + 40} ${x1} ${low + 40} ${x1} ${y1 + 7}`,
    arrow: `M${x1} ${y1}l-4.5 8h9z`,
    x: (x0 + x1) / 2,
    y: low + 30,
  }
}
