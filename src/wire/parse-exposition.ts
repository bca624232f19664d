import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { ExposedSample, MetricMetadata } from './exposed-sample.ts'
import { type ExpositionLine, OPENMETRICS_LINES, TEXT_LINES } from './exposition-lines.ts'

/** `text` is Prometheus' own format 0.0.4, `openmetrics` is OpenMetrics 1.0. */
export type ExpositionFormat = 'text' | 'openmetrics'

/** What one scrape says. */
export interface Exposition {
  /** In the order of the text. */
  readonly samples: readonly ExposedSample[]
  /** By the name of the metric family. */
  readonly metadata: ReadonlyMap<string, MetricMetadata>
}

/** What a scraper asks for: exemplars if possible. */
export const EXPOSITION_ACCEPT =
  'application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5'

/** By the type of the answer; what is not named OpenMetrics is the old format, as for Prometheus 2. */
export const expositionFormat = (contentType: string | undefined): ExpositionFormat =>
  /^\s*application\/openmetrics-text\s*(?:;|$)/i.test(contentType ?? '') ? 'openmetrics' : 'text'

/**
 * Reads a scrape. One bad line makes all of it void, as in Prometheus: half a scrape looks like vanished series.
 *
 * @returns or the first bad line: `EXPOSITION_INVALID` with its number
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @see https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 */
export function parseExposition(
  text: string,
  format: ExpositionFormat,
): Result<Exposition, Problem> {
  const read = format === 'openmetrics' ? OPENMETRICS_LINES : TEXT_LINES
  const samples: ExposedSample[] = []
  const metadata = new Map<string, MetricMetadata>()
  let line = 0
  let isEnded = false
  const wrong = (message: string) =>
    err({ path: 'exposition', code: 'EXPOSITION_INVALID', message, line })
  for (let from = 0; from < text.length; ) {
    line++
    if (isEnded) return wrong('nothing may stand behind # EOF')
    const newline = text.indexOf('\n', from)
    const end = newline === -1 ? text.length : newline
    const found: ExpositionLine = read(text.slice(from, end))
    if (found.kind === 'wrong') return wrong(found.message)
    if (found.kind === 'sample') samples.push(found.sample)
    if (found.kind === 'end') isEnded = true
    if (found.kind === 'metadata') {
      const known = metadata.get(found.name) ?? { type: 'unknown', help: '', unit: '' }
      metadata.set(found.name, { ...known, [found.field]: found.value })
    }
    from = end + 1
  }
  line++
  if (format === 'openmetrics' && !isEnded) return wrong('the text does not end with # EOF')
  return ok({ samples, metadata })
}
