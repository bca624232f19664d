import assert from 'node:assert/strict'
import { routeChord, routeEdge } from '../../../src/console/model/edge-route.ts'
import { layoutServices } from '../../../src/console/model/service-graph.ts'

const link = (parent: string, child: string, callCount = 1, errorCount = 0) => ({
  parent,
  child,
  callCount,
  ...(errorCount === 0 ? {} : { errorCount }),
})
const columnsOf = (...links: ReturnType<typeof link>[]): string[][] => {
  const columns = new Map<number, string[]>()
  for (const { service, x } of layoutServices(links).nodes)
    columns.set(x, [...(columns.get(x) ?? []), service])
  return [...columns].sort(([a], [b]) => a - b).map(([, services]) => services)
}

describe('layoutServices', () => {
  test('is empty without links', () => assert.deepEqual(layoutServices([]).nodes, []))

  test('puts each service right of all that call it', () => {
    assert.deepEqual(
      columnsOf(
        link('storefront', 'orders'),
        link('orders', 'inventory'),
        link('storefront', 'inventory'),
      ),
      [['storefront'], ['orders'], ['inventory']],
    )
  })

  test('orders a column so that lines do not cross', () => {
    const callee: Record<string, string> = { a: 'z', b: 'x', c: 'y' }
    const links = Object.entries(callee).map(([from, to]) => link(from, to))
    const [callers, callees] = columnsOf(...links)
    assert.deepEqual(
      callers?.map((service) => callee[service]),
      callees,
    )
  })

  test('lays out calls in a circle and calls to oneself', () => {
    const { nodes } = layoutServices([
      link('a', 'b'),
      link('b', 'c'),
      link('c', 'a'),
      link('b', 'b'),
    ])
    assert.equal(nodes.length, 3)
    assert.ok(nodes.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)))
  })

  test('stands services that all call each other in a ring', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const graph = layoutServices(names.flatMap((from) => names.map((to) => link(from, to))))
    assert.ok(graph.isRing)
    assert.equal(new Set(graph.nodes.map(({ x, y }) => `${x} ${y}`)).size, 5)
    for (const from of graph.nodes)
      for (const to of graph.nodes) assert.doesNotMatch(routeChord(from, to).path, /NaN|Infinity/)
  })

  test('sums calls and errors into a service', () => {
    const { byService } = layoutServices([link('a', 'c', 5, 2), link('b', 'c', 7)])
    const node = byService.get('c')
    assert.deepEqual([node?.callsIn, node?.errorsIn, node?.usedBy.length], [12, 2, 2])
  })

  test('places no two services on one another', () => {
    const { nodes } = layoutServices([
      link('a', 'b'),
      link('a', 'c'),
      link('a', 'd'),
      link('d', 'a'),
    ])
    assert.equal(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size, nodes.length)
  })
})

describe('routeEdge', () => {
  test('leads a call that skips a column over the boxes between', () => {
    const { byService } = layoutServices([link('a', 'b'), link('b', 'c'), link('a', 'c')])
    const [from, to] = [byService.get('a'), byService.get('c')]
    assert.ok(from && to)
    assert.ok(routeEdge(from, to).y < from.y)
  })

  test('draws every direction', () => {
    const { byService, links } = layoutServices([
      link('a', 'b'),
      link('b', 'a'),
      link('b', 'b'),
      link('b', 'c'),
      link('a', 'c'),
      link('c', 'b'),
    ])
    for (const { parent, child } of links) {
      const [from, to] = [byService.get(parent), byService.get(child)]
      assert.ok(from && to)
      assert.doesNotMatch(routeEdge(from, to).path, /NaN|undefined/)
    }
  })
})
