/**
 * A route is data: router, span names, metric labels and allow lists all read the same table.
 *
 * Template segments: literal text, `{name}` for one segment, `{name...}` last for the rest (may be empty).
 */
export interface RouteTemplate {
  /** `*` = every method. */
  readonly method: string
  readonly template: string
}

export interface RouteMatch<R> {
  readonly route: R
  /** Still percent-encoded. */
  readonly params: Readonly<Record<string, string>>
}

export interface Router<R> {
  /** `path` without query. Doubled and trailing slashes do not matter. Literal beats parameter beats rest. */
  match(method: string, path: string): RouteMatch<R> | undefined
}

interface Node<R> {
  readonly literals: Map<string, Node<R>>
  parameter: { readonly name: string; readonly node: Node<R> } | undefined
  rest: { readonly name: string; readonly methods: Map<string, R> } | undefined
  readonly methods: Map<string, R>
}

const createNode = <R>(): Node<R> => ({
  literals: new Map(),
  parameter: undefined,
  rest: undefined,
  methods: new Map(),
})

/** @throws Error when two routes collide or call the same segment by two names: a bug in the table. */
export function createRouter<R extends RouteTemplate>(routes: readonly R[]): Router<R> {
  const root = createNode<R>()
  for (const route of routes) insert(root, route)
  return {
    match(method, path) {
      const segments = path.split('/').filter((segment) => segment !== '')
      const params: Record<string, string> = {}
      const route = find(root, segments, 0, method, params)
      return route === undefined ? undefined : { route, params }
    },
  }
}

function insert<R extends RouteTemplate>(root: Node<R>, route: R): void {
  let node = root
  for (const segment of route.template.split('/').filter((part) => part !== '')) {
    const parameter = /^\{(\w+)(\.\.\.)?\}$/.exec(segment)
    if (parameter === null) {
      const next = node.literals.get(segment) ?? createNode<R>()
      node.literals.set(segment, next)
      node = next
    } else if (parameter[2] === undefined) {
      const name = parameter[1] as string
      node.parameter ??= { name, node: createNode() }
      if (node.parameter.name !== name)
        throw new Error(`{${node.parameter.name}} is called {${name}} in ${route.template}`)
      node = node.parameter.node
    } else {
      node.rest ??= { name: parameter[1] as string, methods: new Map() }
      add(node.rest.methods, route)
      return
    }
  }
  add(node.methods, route)
}

function add<R extends RouteTemplate>(methods: Map<string, R>, route: R): void {
  if (methods.has(route.method)) throw new Error(`two routes for ${route.method} ${route.template}`)
  methods.set(route.method, route)
}

function find<R extends RouteTemplate>(
  node: Node<R>,
  segments: readonly string[],
  index: number,
  method: string,
  params: Record<string, string>,
): R | undefined {
  const segment = segments[index]
  if (segment === undefined) {
    const route = ofMethod(node.methods, method)
    if (route !== undefined) return route
  } else {
    const literal = node.literals.get(segment)
    const exact = literal && find(literal, segments, index + 1, method, params)
    if (exact !== undefined) return exact
    const deeper = node.parameter && find(node.parameter.node, segments, index + 1, method, params)
    if (deeper !== undefined && node.parameter !== undefined) {
      params[node.parameter.name] = segment
      return deeper
    }
  }
  const route = node.rest && ofMethod(node.rest.methods, method)
  if (route !== undefined && node.rest !== undefined)
    params[node.rest.name] = segments.slice(index).join('/')
  return route
}

const ofMethod = <R>(methods: Map<string, R>, method: string): R | undefined =>
  methods.get(method) ?? methods.get('*')
