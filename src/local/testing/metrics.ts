import { Fault } from '../../base/fault.ts'
import type { ExposedSample } from '../../wire/exposed-sample.ts'
import { labelValue, METRIC_NAME } from '../../wire/labels.ts'
import { expositionFormat, parseExposition } from '../../wire/parse-exposition.ts'

/** What the sidecars' metrics say at one moment. */
export interface Metrics {
  readonly samples: readonly ExposedSample[]
  /** The sum of the samples of this name that have all these labels; 0 when there are none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number
}

/** @throws Fault `METRICS_INVALID` for a page that cannot be read */
export function readMetrics(pages: readonly string[]): Metrics {
  const samples = pages.flatMap((page) => {
    const parsed = parseExposition(page, expositionFormat('text/plain'))
    if (!parsed.ok) throw new Fault('METRICS_INVALID', parsed.error.message)
    return parsed.value.samples
  })
  return {
    samples,
    value: (name, labels = {}) =>
      samples
        .filter(({ labels: has }) =>
          Object.entries({ ...labels, [METRIC_NAME]: name }).every(
            ([label, wanted]) => labelValue(has, label) === wanted,
          ),
        )
        .reduce((sum, { value }) => sum + value, 0),
  }
}
