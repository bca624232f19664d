import type { ConfigurationChange } from '../../wire/sidecar-report.ts'
import { formatExact } from './times.ts'

/** A changed setting as the Configuration spells it: `tracing.sampling.overrides.x.until`, times as times. */
export function changeInWords({ path, before, after }: ConfigurationChange): {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
} {
  if (!path.endsWith('.untilMs')) return { path, before, after }
  return {
    path: path.slice(0, -2),
    before: before === undefined ? undefined : timeInWords(before),
    after: after === undefined ? undefined : timeInWords(after),
  }
}

function timeInWords(text: string): string {
  const epochMs = Number(text)
  return Number.isFinite(epochMs) && text !== '' ? formatExact(epochMs) : text
}
