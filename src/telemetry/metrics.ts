import type { MetricFamily } from '../wire/metric-family.ts'
import type { SpanContext } from './span-context.ts'

/**
 * The port to the metrics library: what is declared in a catalogue can be recorded, and nothing else.
 * The library behind it is in `adapters/prom-client`.
 */

interface Definition<L extends string> {
  /** Prometheus name. Ours start with `sidelight_`, use base units and end in `_total` when they count. */
  readonly name: string
  readonly help: string
  readonly labels: readonly L[]
  /** What it is filled with has no bound (paths, topics, names): its series are bounded, the rest is folded into one. */
  readonly openLabel?: NoInfer<L>
  /** Every value of a label: a counter stands at 0 for each as soon as the values of its other labels are known. */
  readonly closed?: Readonly<Partial<Record<NoInfer<L>, readonly string[]>>>
  /** The name, labels or unit are Dapr's and break a rule of ours; kept so that its dashboards work. */
  readonly compat?: true
}
export interface CounterDefinition<L extends string = string> extends Definition<L> {
  readonly type: 'counter'
}
export interface GaugeDefinition<L extends string = string> extends Definition<L> {
  readonly type: 'gauge'
}
export interface HistogramDefinition<L extends string = string> extends Definition<L> {
  readonly type: 'histogram'
  /** Upper bounds, ascending, without +Inf. */
  readonly buckets: readonly number[]
}
export type MetricDefinition<L extends string = string> =
  | CounterDefinition<L>
  | GaugeDefinition<L>
  | HistogramDefinition<L>

type Labels<L extends string> = Readonly<Record<L, string>>

/** The span that a sample was taken in, if it is exported: whoever sees the sample finds the trace. */
export type Seen = Pick<SpanContext, 'traceId' | 'spanId'> | undefined

/** Series are held by their users, not looked up on each record: `const series = counter.with(labels)`. It stands at 0. */
export interface Counter<L extends string> {
  with(labels: Labels<L>): { inc(by?: number, seen?: Seen): void }
}
export interface Gauge<L extends string> {
  with(labels: Labels<L>): { set(value: number): void }
}
export interface Histogram<L extends string> {
  with(labels: Labels<L>): { observe(value: number, seen?: Seen): void }
}

/** Adds to a counter, sets a gauge, observes in a histogram. */
export type Write = (value: number, seen?: Seen) => void

/** How a metric is recorded: what the Configuration in force makes of its definition. */
export interface MetricView {
  /** Says all that is in the view: one with the same key changes nothing, any other starts the metric anew. */
  readonly key: string
  /** Else it is neither recorded nor shown. */
  readonly isRecorded: boolean
  /** Instead of those of the definition. */
  readonly buckets?: readonly number[] | undefined
  /** Makes the value of a label from what it was; called once a series. */
  readonly rewrites?: ReadonlyMap<string, (value: string) => string> | undefined
}

/** In force until another one is. */
export const AS_DECLARED: MetricView = { key: 'declared', isRecorded: true }

export interface MetricsRegistry {
  /** Asking twice for the same definition gives the same metric. */
  counter<L extends string>(definition: CounterDefinition<L>): Counter<L>
  gauge<L extends string>(definition: GaugeDefinition<L>): Gauge<L>
  histogram<L extends string>(definition: HistogramDefinition<L>): Histogram<L>
  /** Puts views in force: one swap; whoever holds a series goes on. */
  apply(viewOf: (definition: MetricDefinition) => MetricView): void
  /** What a scraper gets, in the order of the catalogue. */
  families(): Promise<readonly MetricFamily[]>
}

export const counter = <const L extends string>(
  name: string,
  rest: Omit<CounterDefinition<L>, 'name' | 'type'>,
): CounterDefinition<L> => ({ type: 'counter', name, ...rest })
export const gauge = <const L extends string>(
  name: string,
  rest: Omit<GaugeDefinition<L>, 'name' | 'type'>,
): GaugeDefinition<L> => ({ type: 'gauge', name, ...rest })
export const histogram = <const L extends string>(
  name: string,
  rest: Omit<HistogramDefinition<L>, 'name' | 'type'>,
): HistogramDefinition<L> => ({ type: 'histogram', name, ...rest })
