import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import type { MetricsPage, Sender } from '../../net/index.ts'
import { appTelemetryMetrics, type MetricsRegistry } from '../../telemetry/index.ts'
import type { PageFamily } from '../../wire/metric-family.ts'
import {
  EXPOSITION_ACCEPT,
  expositionFormat,
  parseExposition,
} from '../../wire/parse-exposition.ts'
import { appOrigin } from '../app-channel.ts'
import { familiesOf, mergeFamilies } from './merge-families.ts'

/** Where an app has its metrics, on the host that the sidecar calls it at. */
export interface MetricsPlace {
  readonly port: number
  /** For example `/metrics`. */
  readonly path: string
}

/** The scrape page of the sidecar, with the app's metrics on it, if the app has said where it has some. */
export interface AppMetrics extends MetricsPage {
  /** Holds until it is said again, for a while only: an app that is gone is not asked. */
  announced(place: MetricsPlace | undefined): void
}

/** The app announces itself each 5 s. */
const FORGET_AFTER_MS = 20_000
/** Prometheus gives up after 10 s, and the sidecar's own page must be there. */
const TIMEOUT_MS = 2_000
const MAX_PAGE_BYTES = 8 * 1024 * 1024

export function createAppMetrics(parts: {
  readonly appChannelAddress: string
  readonly registry: MetricsRegistry
  readonly sender: Pick<Sender, 'read'>
  readonly clock: Clock
  readonly log: Logger
}): AppMetrics {
  const { appChannelAddress, registry, sender, clock, log } = parts
  const scrapes = registry.counter(appTelemetryMetrics.scrapes)
  const merged = scrapes.with({ outcome: 'merged' })
  const failures = {
    unreachable: scrapes.with({ outcome: 'unreachable' }),
    invalid: scrapes.with({ outcome: 'invalid' }),
  }
  const conflicts = registry.counter(appTelemetryMetrics.families).with({})
  let place: MetricsPlace | undefined
  let untilMs = 0
  let lastFailure: string | undefined

  const failed = (outcome: keyof typeof failures, reason: string): readonly PageFamily[] => {
    failures[outcome].inc()
    // Once, not once a scrape.
    if (lastFailure !== outcome)
      log.warning('the metrics of the app are left out of this page', { outcome, reason })
    lastFailure = outcome
    return []
  }
  const read = async ({ port, path }: MetricsPlace): Promise<readonly PageFamily[]> => {
    const abort = new AbortController()
    const cancel = clock.after(TIMEOUT_MS, () => abort.abort())
    try {
      const origin = appOrigin({ appProtocol: 'http', appChannelAddress, appPort: port })
      const { status, contentType, text, isWhole } = await sender.read(
        `${origin}${path}`,
        abort.signal,
        { accept: EXPOSITION_ACCEPT, maxBytes: MAX_PAGE_BYTES },
      )
      if (status !== 200) return failed('unreachable', `it answered ${status}`)
      if (!isWhole) return failed('invalid', `more than ${MAX_PAGE_BYTES} bytes`)
      const page = parseExposition(text, expositionFormat(contentType))
      if (!page.ok) return failed('invalid', `line ${page.error.line}: ${page.error.message}`)
      const families = familiesOf(page.value)
      if (families === undefined) return failed('invalid', 'a series stands on it twice')
      merged.inc()
      lastFailure = undefined
      return families
    } catch (error) {
      return failed('unreachable', messageOf(error))
    } finally {
      cancel()
    }
  }
  return {
    announced(next) {
      place = next
      untilMs = clock.elapsedMs() + FORGET_AFTER_MS
    },
    async families() {
      const ofApp = place === undefined || clock.elapsedMs() > untilMs ? [] : await read(place)
      const { families, dropped } = mergeFamilies(await registry.families(), ofApp)
      if (dropped > 0) conflicts.inc(dropped)
      return families
    },
  }
}
