import type { BatchProcessor } from './batch-processor.ts'
import type { Exporter, ExporterName } from './exporter.ts'
import type { SpanRecord } from './span.ts'

/** Where ended spans go: one queue for each active exporter, all of which may be on at once, as in Dapr. */
export interface SpanPipeline {
  /** Says whether any of them has taken it. */
  add(span: SpanRecord): boolean
  /** Puts exporters in force. One that is the same object as before is left alone. */
  apply(exporters: Readonly<Partial<Record<ExporterName, Exporter>>>): void
  shutdown(deadlineMs: number): Promise<void>
}

export function createSpanPipeline(
  createProcessor: (name: ExporterName) => BatchProcessor,
): SpanPipeline {
  const processors = new Map<ExporterName, BatchProcessor>()
  let inForce: Readonly<Partial<Record<ExporterName, Exporter>>> = {}
  /** The hot path walks this, not the map. */
  let active: readonly BatchProcessor[] = []
  return {
    add(span) {
      let isTaken = false
      for (const processor of active) if (processor.add(span)) isTaken = true
      return isTaken
    },
    apply(exporters) {
      const names = new Set([
        ...Object.keys(inForce),
        ...Object.keys(exporters),
      ]) as Set<ExporterName>
      for (const name of names) {
        if (inForce[name] === exporters[name]) continue
        let processor = processors.get(name)
        if (processor === undefined) {
          processor = createProcessor(name)
          processors.set(name, processor)
        }
        processor.replace(exporters[name])
      }
      inForce = exporters
      active = [...processors]
        .filter(([name]) => exporters[name] !== undefined)
        .map(([, processor]) => processor)
    },
    async shutdown(deadlineMs) {
      await Promise.all([...processors.values()].map((processor) => processor.shutdown(deadlineMs)))
    },
  }
}
