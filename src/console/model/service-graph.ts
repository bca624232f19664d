/** One line of `GET /api/v2/dependencies`. */
export interface DependencyLink {
  readonly parent: string
  readonly child: string
  readonly callCount: number
  readonly errorCount?: number
}

export interface GraphNode {
  readonly service: string
  readonly x: number
  readonly y: number
  readonly usedBy: readonly DependencyLink[]
  readonly uses: readonly DependencyLink[]
  readonly callsIn: number
  readonly errorsIn: number
}

export interface ServiceGraph {
  readonly nodes: readonly GraphNode[]
  readonly byService: ReadonlyMap<string, GraphNode>
  readonly links: readonly DependencyLink[]
  /** Calls go every way; there are no columns. */
  readonly isRing: boolean
  readonly width: number
  readonly height: number
}

export const NODE_WIDTH = 168
export const NODE_HEIGHT = 48
const GAP_X = 120
const GAP_Y = 28
/** From one column's left edge to the next one's. */
export const COLUMN_WIDTH = NODE_WIDTH + GAP_X

/**
 * Callers left, callees right: a service's column is its longest way from a caller nobody calls.
 * Calls that close a circle do not push; where many do, services stand in a ring. Within a column a service stands near those it talks to.
 */
export function layoutServices(links: readonly DependencyLink[]): ServiceGraph {
  const services = [...new Set(links.flatMap(({ parent, child }) => [parent, child]))].sort()
  const forward = dropLoops(services, links)
  const isTangled = services.length > 3 && links.length - forward.length > links.length / 4
  const places = isTangled ? placeInRing(services) : placeInColumns(services, forward, links)
  const nodes = services.map((service): GraphNode => {
    const usedBy = links.filter((link) => link.child === service)
    return {
      service,
      x: places.get(service)?.x ?? 0,
      y: places.get(service)?.y ?? 0,
      usedBy,
      uses: links.filter((link) => link.parent === service),
      callsIn: usedBy.reduce((sum, link) => sum + link.callCount, 0),
      errorsIn: usedBy.reduce((sum, link) => sum + (link.errorCount ?? 0), 0),
    }
  })
  // The tab key walks them in this order.
  nodes.sort((a, b) => a.x - b.x || a.y - b.y)
  return {
    nodes,
    byService: new Map(nodes.map((node) => [node.service, node])),
    links,
    isRing: isTangled,
    width: Math.max(0, ...nodes.map(({ x }) => x)) + NODE_WIDTH,
    height: Math.max(0, ...nodes.map(({ y }) => y)) + NODE_HEIGHT,
  }
}

type Places = ReadonlyMap<string, { readonly x: number; readonly y: number }>

function placeInColumns(
  services: readonly string[],
  forward: readonly DependencyLink[],
  links: readonly DependencyLink[],
): Places {
  const columns = toColumns(services, longestDepths(services, forward))
  orderColumns(columns, links)
  const heightOf = (count: number): number => count * NODE_HEIGHT + (count - 1) * GAP_Y
  const tallest = heightOf(Math.max(1, ...columns.map((column) => column.length)))
  return new Map(
    columns.flatMap((column, x) =>
      column.map((service, y): [string, { x: number; y: number }] => [
        service,
        {
          x: x * (NODE_WIDTH + GAP_X),
          y: (tallest - heightOf(column.length)) / 2 + y * (NODE_HEIGHT + GAP_Y),
        },
      ]),
    ),
  )
}

/** Services that nearly all call each other have no left and right; every one is seen from the middle. */
function placeInRing(services: readonly string[]): Places {
  const around = services.length * (NODE_HEIGHT + 2 * GAP_Y)
  const radiusY = around / Math.PI
  const radiusX = Math.max(radiusY * 1.2, NODE_WIDTH * 1.2)
  return new Map(
    services.map((service, i) => {
      const angle = (i / services.length) * 2 * Math.PI - Math.PI / 2
      return [service, { x: radiusX * (1 + Math.cos(angle)), y: radiusY * (1 + Math.sin(angle)) }]
    }),
  )
}

/** Links less those that lead back to a service on the way here (depth-first back edges). */
function dropLoops(
  services: readonly string[],
  links: readonly DependencyLink[],
): DependencyLink[] {
  const state = new Map<string, 'open' | 'done'>()
  const kept: DependencyLink[] = []
  const visit = (service: string): void => {
    state.set(service, 'open')
    for (const link of links) {
      if (link.parent !== service || state.get(link.child) === 'open') continue
      kept.push(link)
      if (!state.has(link.child)) visit(link.child)
    }
    state.set(service, 'done')
  }
  const called = new Set(links.flatMap(({ parent, child }) => (parent === child ? [] : [child])))
  const callersFirst = [...services].sort((a, b) => Number(called.has(a)) - Number(called.has(b)))
  for (const service of callersFirst) if (!state.has(service)) visit(service)
  return kept
}

function longestDepths(
  services: readonly string[],
  links: readonly DependencyLink[],
): ReadonlyMap<string, number> {
  const depth = new Map(services.map((service) => [service, 0]))
  for (let changed = true; changed; ) {
    changed = false
    for (const { parent, child } of links) {
      const wanted = (depth.get(parent) ?? 0) + 1
      if (wanted <= (depth.get(child) ?? 0)) continue
      depth.set(child, wanted)
      changed = true
    }
  }
  return depth
}

function toColumns(services: readonly string[], depth: ReadonlyMap<string, number>): string[][] {
  const columns: string[][] = []
  for (const service of services) {
    const at = depth.get(service) ?? 0
    while (columns.length <= at) columns.push([])
    columns[at]?.push(service)
  }
  return columns
}

/** Two sweeps of the barycenter rule are enough for a shop's worth of services. */
function orderColumns(columns: readonly string[][], links: readonly DependencyLink[]): void {
  const position = new Map<string, number>()
  const place = (column: readonly string[]): void =>
    column.forEach((service, i) => {
      position.set(service, (i + 0.5) / column.length)
    })
  for (const column of columns) place(column)
  const pull = (service: string): number => {
    const near = links.flatMap(({ parent, child }) =>
      parent === service ? [child] : child === service ? [parent] : [],
    )
    const sum = near.reduce((total, other) => total + (position.get(other) ?? 0.5), 0)
    return near.length === 0 ? 0.5 : sum / near.length
  }
  for (const sweep of [columns, [...columns].reverse()])
    for (const column of sweep) {
      const pulls = new Map(column.map((service) => [service, pull(service)]))
      column.sort((a, b) => (pulls.get(a) ?? 0) - (pulls.get(b) ?? 0) || a.localeCompare(b))
      place(column)
    }
}
