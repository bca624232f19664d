/** What a rule can ask of a request, besides headers. All of low cardinality; the empty string where it does not apply. */
export interface Operation {
  /** Building block, for example `invoke`, `publish`, `metadata`. */
  api: string
  /** App id that is called. */
  target: string
  /** HTTP method. */
  method: string
  /** Path of the called app with ids folded, for example `/orders/{id}`. */
  path: string
  topic: string
  component: string
  actorType: string
  /** App id that calls. */
  caller: string
  namespace: string
}

/** In the order in which they tell operations apart soonest. */
export const OPERATION_FIELDS = [
  'path',
  'target',
  'method',
  'api',
  'caller',
  'namespace',
  'topic',
  'component',
  'actorType',
] as const satisfies readonly (keyof Operation)[]

/** A record to fill in anew for each request: what is asked only during the decision needs no record of its own. */
export const createOperation = (): Operation => ({
  api: '',
  target: '',
  method: '',
  path: '',
  topic: '',
  component: '',
  actorType: '',
  caller: '',
  namespace: '',
})
