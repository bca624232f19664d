import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Registration, Sender } from '../../net/index.ts'
import { type LabelPair, type Labels, labelsOf, METRIC_NAME } from '../../wire/labels.ts'
import {
  EXPOSITION_ACCEPT,
  type Exposition,
  expositionFormat,
  parseExposition,
} from '../../wire/parse-exposition.ts'
import type { SampleStore } from '../samples/sample-store.ts'
import { createTargetWriter } from '../samples/target-writer.ts'

/** What came of one scrape. */
export interface ScrapeOutcome {
  /** Why it failed. Absent = it did not. */
  readonly error?: string
  /** Samples that the store did not take. */
  readonly refused: number
}

/** One sidecar's metrics port, scrape after scrape. */
export interface ScrapeTarget {
  /** Never rejects: who does not answer is down, and that is a sample. */
  scrape(): Promise<ScrapeOutcome>
  /** It is gone: its series end. */
  end(): void
}

export interface ScrapeParts {
  readonly sender: Pick<Sender, 'read'>
  readonly clock: Clock
  readonly store: SampleStore
  /** Shorter than the distance of two scrapes. */
  readonly timeoutMs: number
  /** Fires when nobody waits any more. */
  readonly signal: AbortSignal
}

/** A sidecar with 10 000 series has 2 MB. */
const MAX_BYTES = 16 * 1024 ** 2
const JOB = 'sidelight'

export const targetAddress = ({ host, metricsPort }: Registration): string =>
  `${host.includes(':') ? `[${host}]` : host}:${metricsPort}`

/** What Prometheus is told to write beside every sample of a sidecar, and we write. */
export const targetLabels = (registration: Registration): readonly LabelPair[] => [
  ['job', JOB],
  ['app_id', registration.appId],
]

export function createScrapeTarget(
  registration: Registration,
  { sender, clock, store, timeoutMs, signal }: ScrapeParts,
): ScrapeTarget {
  const address = targetAddress(registration)
  const pairs = [...targetLabels(registration), ['instance', address] as const]
  // A sidecar's own labels win, as with Prometheus' honor_labels: its app_id is the same.
  const label = (labels: Labels): Labels => labelsOf([...pairs, ...labels.pairs])
  const exposed = createTargetWriter(store, label)
  const reported = createTargetWriter(store, label)
  const url = `http://${address}/metrics`

  async function read(): Promise<Exposition> {
    const abort = new AbortController()
    const cancel = clock.after(timeoutMs, () => abort.abort())
    try {
      const answer = await sender.read(url, AbortSignal.any([signal, abort.signal]), {
        accept: EXPOSITION_ACCEPT,
        maxBytes: MAX_BYTES,
      })
      if (answer.status !== 200) throw new Error(`it answered with status ${answer.status}`)
      if (!answer.isWhole) throw new Error(`its answer is larger than ${MAX_BYTES} bytes`)
      const parsed = parseExposition(answer.text, expositionFormat(answer.contentType))
      if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.message}`)
      return parsed.value
    } catch (error) {
      if (abort.signal.aborted) throw new Error(`no answer within ${timeoutMs / 1_000} s`)
      throw error
    } finally {
      cancel()
    }
  }

  return {
    async scrape() {
      const timeMs = Math.floor(clock.nowUs() / 1_000)
      const startedMs = clock.elapsedMs()
      const found = await read().catch((error: unknown) => messageOf(error) || 'no answer')
      const seconds = (clock.elapsedMs() - startedMs) / 1_000
      const isUp = typeof found !== 'string'
      let refused = 0
      if (isUp) refused = exposed.write(found, timeMs)
      else exposed.end(timeMs)
      reported.write(
        report({
          up: Number(isUp),
          scrape_duration_seconds: seconds,
          scrape_samples_scraped: isUp ? found.samples.length : 0,
        }),
        timeMs,
      )
      return isUp ? { refused } : { refused, error: found }
    },
    end() {
      const timeMs = Math.floor(clock.nowUs() / 1_000)
      exposed.end(timeMs)
      reported.end(timeMs)
    },
  }
}

const report = (values: Readonly<Record<string, number>>): Exposition => ({
  samples: Object.entries(values).map(([name, value]) => ({
    labels: labelsOf([[METRIC_NAME, name]]),
    value,
  })),
  metadata: new Map(),
})
