/**
 * What runs do, without what is of one run: services, operations, who calls whom and how often. Spans that mean the
 * same and stand at the same place are one hop.
 */
export interface Flow {
  /** How many were looked at. */
  readonly traces: number
  readonly roots: readonly RootHop[]
}

/** Spans of one service, kind and operation below the same hop. */
export interface Hop {
  readonly service: string
  /** The span's name with ids folded, for example `/v1.0/state/statestore`. */
  readonly operation: string
  /** As in Zipkin; empty when the span has none. */
  readonly kind: string
  /** How often for one span of the hop above. */
  readonly calls: Calls
  /** Whether some failed. */
  readonly fails: boolean
  readonly below: readonly Hop[]
}

export interface RootHop extends Hop {
  /** Its parent is in no trace: whoever called is not traced here. */
  readonly isOrphan: boolean
  /** 95 of 100 are not slower, in µs. Absent: any time is good. */
  readonly budgetUs: number | undefined
}

export interface Calls {
  readonly least: number
  readonly most: number
}

/** Equal for hops that mean the same. */
export const keyOf = ({ service, kind, operation }: Pick<Hop, 'service' | 'kind' | 'operation'>) =>
  JSON.stringify([service, kind, operation])

/** For people: `orders: set statestore`. */
export const nameOf = ({ service, operation }: Pick<Hop, 'service' | 'operation'>): string =>
  `${service}: ${operation}`

/** `1`, `0-3`. */
export const formatCalls = ({ least, most }: Calls): string =>
  least === most ? String(least) : `${least}-${most}`
