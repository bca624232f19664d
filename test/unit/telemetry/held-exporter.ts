import type { Exporter, ExportOutcome, SpanRecord } from '../../../src/telemetry/index.ts'

export interface HeldExport {
  readonly names: readonly string[]
  readonly signal: AbortSignal
  /** Answers this export. */
  settle(outcome: ExportOutcome): Promise<void>
}

/** A receiver in the test's hand: each export waits until the test answers it, or gives up when aborted. */
export interface HeldExporter extends Exporter {
  readonly exports: readonly HeldExport[]
  /** The newest export. */
  last(): HeldExport
}

export const EXPORTED: ExportOutcome = { kind: 'exported' }
export const REFUSED: ExportOutcome = { kind: 'refused', reason: 'no' }
export const FAILED: ExportOutcome = { kind: 'failed', reason: 'not now' }

/** Lets everything run that waits for a promise which has settled. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export function createHeldExporter(): HeldExporter {
  const held: HeldExport[] = []
  return {
    exports: held,
    last() {
      const newest = held.at(-1)
      if (newest === undefined) throw new Error('nothing was exported')
      return newest
    },
    export(spans, signal) {
      let answer: (outcome: ExportOutcome) => void = () => undefined
      const answered = new Promise<ExportOutcome>((resolve) => {
        answer = resolve
      })
      signal.addEventListener('abort', () => answer({ kind: 'failed', reason: 'aborted' }))
      held.push({
        names: spans.map(({ name }) => name),
        signal,
        settle(outcome) {
          answer(outcome)
          return turn()
        },
      })
      return answered
    },
  }
}

/** A finished span of which the tests see the name. */
export const spanNamed = (name: string): SpanRecord => ({
  context: {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    flags: 1,
    traceState: undefined,
  },
  parentId: undefined,
  name,
  kind: 'CLIENT',
  startUs: 1_767_225_600_000_000,
  durationUs: 7,
  attributes: [],
  events: [],
  error: undefined,
  remoteService: undefined,
})
