/**
 * Boards before anyone draws them: `adapters/grafana` makes Grafana's JSON of them, and the console draws them itself.
 * Nothing in here knows either.
 */

export interface Board {
  /** Stable: links and provisioning name it. At most 40 letters. */
  readonly uid: string
  readonly title: string
  /** The question that it answers, in one sentence. */
  readonly question: string
  readonly variables: readonly VariableName[]
  readonly rows: readonly Row[]
}

/** What a reader chooses from, one name everywhere. */
export type VariableName = 'namespace' | 'app_id'

/** How wide a board is. */
export const COLUMNS = 24

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

export type Unit =
  | 'seconds'
  | 'milliseconds'
  | 'bytes'
  /** 0 to 1, shown as percent. */
  | 'ratio'
  | 'per_second'
  | 'count'
  /** 1 is yes. */
  | 'yes_no'

export interface Panel {
  /** Unique in its board, and stable. */
  readonly id: string
  readonly title: string
  /** What it answers, and what to do when it looks bad. */
  readonly about: string
  readonly kind: PanelKind
  readonly unit: Unit
  readonly queries: readonly Query[]
  /** What is asked instead where sidecars are daprd. Default: the same. */
  readonly queriesOfDapr?: readonly Query[]
  /** Of {@link COLUMNS}. */
  readonly width: number
  /** Ascending: from this value on it is a warning, or bad. */
  readonly thresholds?: { readonly warning: number; readonly bad: number }
  /** How high the axis reaches at least. Default: as high as the values. */
  readonly top?: number
  /** Where a click on a series leads. Default: nowhere. */
  readonly link?: PanelLink
}

export type PanelKind =
  /** One number each, now. */
  | 'stat'
  /** Lines over time. */
  | 'lines'
  /** A histogram's buckets over time: queries give `le`. */
  | 'heatmap'
  /** A row for each set of labels, a column for each query. */
  | 'table'
  /** Who calls whom: the queries `nodes` and `edges`. */
  | 'map'

export interface Query {
  /** Names a table's column, or a map's part. Default: A, B, … */
  readonly id?: string
  /**
   * PromQL, with `$namespace`, `$app_id` and `$__rate_interval` as Grafana means them. Whatever draws it for itself
   * fills them in.
   */
  readonly expr: string
  /** With `{{label}}`. */
  readonly legend: string
  /** Each point leads to a trace: the values of its exemplars are those of the panel. Default: there is none. */
  readonly exemplars?: true
}

export type PanelLink =
  /** Traces in the console, of the service that the label `app_id` names. */
  | 'traces'
  /** The board of one app. */
  | 'service'
