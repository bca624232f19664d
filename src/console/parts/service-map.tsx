import { routeChord, routeEdge } from '../model/edge-route.ts'
import {
  type DependencyLink,
  type GraphNode,
  NODE_HEIGHT,
  NODE_WIDTH,
  type ServiceGraph,
} from '../model/service-graph.ts'
import { colorOf } from '../service-colors.ts'

const MARGIN = 48

export function ServiceMap(props: {
  graph: ServiceGraph
  /** What stands for the services that are not drawn. */
  rest: string | undefined
  selected: string | undefined
  onSelect: (service: string) => void
}) {
  const { graph, selected } = props
  const busiest = Math.max(1, ...graph.links.map((link) => link.callCount))
  const width = graph.width + 2 * MARGIN
  const top = Math.max(MARGIN, aboveBoxes(graph))
  const height = top + graph.height + MARGIN
  return (
    <div class="map-canvas">
      <svg
        viewBox={`${-MARGIN} ${-top} ${width} ${height}`}
        style={{ maxWidth: `${width * 1.25}px`, minWidth: `${width * 0.75}px` }}
        aria-label="Services and their calls"
      >
        {graph.links.map((link) => (
          <Edge
            key={`${link.parent} ${link.child}`}
            link={link}
            graph={graph}
            busiest={busiest}
            isDim={selected !== undefined && link.parent !== selected && link.child !== selected}
            isQuiet={graph.isRing && link.parent !== selected && link.child !== selected}
          />
        ))}
        {graph.nodes.map((node) => (
          <Service
            key={node.service}
            node={node}
            isSelected={node.service === selected}
            isRest={node.service === props.rest}
            onSelect={props.onSelect}
          />
        ))}
      </svg>
    </div>
  )
}

const LABEL_HEIGHT = 16

/** How high the calls reach that go over the boxes of other services, their labels included. */
const aboveBoxes = ({ links, byService, isRing }: ServiceGraph): number =>
  Math.max(
    0,
    ...links.map(({ parent, child }) => {
      const [from, to] = [byService.get(parent), byService.get(child)]
      if (isRing || from === undefined || to === undefined) return 0
      return LABEL_HEIGHT - routeEdge(from, to).y
    }),
  )

function Service(props: {
  node: GraphNode
  isSelected: boolean
  isRest: boolean
  onSelect: (service: string) => void
}) {
  const { node } = props
  const select = (): void => props.onSelect(node.service)
  const isEntry = !props.isRest && node.usedBy.length === 0
  const errorShare = node.callsIn === 0 ? 0 : node.errorsIn / node.callsIn
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button inside an SVG.
    <g
      class={`map-node ${props.isSelected ? 'selected' : ''} ${props.isRest ? 'rest' : ''}`}
      transform={`translate(${node.x} ${node.y})`}
      role="button"
      tabindex={0}
      aria-pressed={props.isSelected}
      aria-label={`${node.service}, ${node.callsIn} calls in, ${node.errorsIn} errors`}
      onClick={select}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        select()
      }}
    >
      <rect width={NODE_WIDTH} height={NODE_HEIGHT} rx="6" />
      <rect
        class="stripe"
        width="4"
        height={NODE_HEIGHT - 16}
        x="8"
        y="8"
        rx="2"
        style={{ fill: colorOf(node.service) }}
      />
      <text x="20" y="20">
        {cut(node.service, 19)}
      </text>
      <text x="20" y="36" class="small">
        {isEntry ? 'entry' : `${node.callsIn.toLocaleString('en')} calls`}
        {node.errorsIn > 0 && <tspan class="bad">{`  ${percentOf(errorShare)} errors`}</tspan>}
      </text>
      <title>{node.service}</title>
    </g>
  )
}

function Edge(props: {
  link: DependencyLink
  graph: ServiceGraph
  busiest: number
  isDim: boolean
  /** Without a label: too many would lie on one another. */
  isQuiet: boolean
}) {
  const { link, graph } = props
  const from = graph.byService.get(link.parent)
  const to = graph.byService.get(link.child)
  if (from === undefined || to === undefined) return null
  const errors = link.errorCount ?? 0
  const errorShare = link.callCount === 0 ? 0 : errors / link.callCount
  const width = 1.5 + 3 * (Math.log1p(link.callCount) / Math.log1p(props.busiest))
  const { path, x, y, arrow } = (graph.isRing ? routeChord : routeEdge)(from, to)
  return (
    <g class={`map-edge ${props.isDim ? 'dim' : ''}`}>
      <path d={path} style={{ strokeWidth: width }} />
      {errors > 0 && (
        <path
          d={path}
          class="bad"
          pathLength={100}
          style={{ strokeWidth: width, strokeDasharray: `${Math.max(3, errorShare * 100)} 100` }}
        />
      )}
      <path class="arrow" d={arrow} />
      {!props.isQuiet && (
        <text x={x} y={y - 6}>
          {link.callCount.toLocaleString('en')}
          {errors > 0 && <tspan class="bad">{` ${percentOf(errorShare)}`}</tspan>}
        </text>
      )}
      <title>{`${link.parent} calls ${link.child}: ${link.callCount} calls, ${errors} errors`}</title>
    </g>
  )
}

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text

export const percentOf = (share: number): string =>
  share > 0 && share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`
