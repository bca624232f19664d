import { type Measured, type Request, type Traced, UNTRACED } from '../../net/index.ts'
import type { Span } from '../../telemetry/index.ts'

/** One request to the webhook on its way through the pipeline. */
export interface InjectorExchange extends Traced, Measured {
  span: Span | undefined
  /** Set by identify; the label of metrics and the span's name. Never the raw path. */
  route: 'mutate' | 'unmatched'
}

export const beginExchange = (request: Request): InjectorExchange => ({
  request,
  onClientGone: undefined,
  startMs: 0,
  headMs: undefined,
  route: 'unmatched',
  ...UNTRACED,
})
