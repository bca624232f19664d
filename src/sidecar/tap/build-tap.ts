import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Configuration, Snapshot } from '../../resources/index.ts'
import type { MetricsRegistry } from '../../telemetry/index.ts'
import { TAP_PATH } from '../../wire/tap-event.ts'
import type { ApiRoute } from '../exchange.ts'
import { tapDoc } from '../handlers/tap/docs.ts'
import { getTap } from '../handlers/tap/get-tap.ts'
import type { SidecarSettings } from '../settings.ts'
import { createTaps, type Taps } from './taps.ts'

/** Watching requests live, where the Configuration in force does not forbid it. */
export interface BuiltTap {
  readonly taps: Taps
  readonly route: ApiRoute
  /** A Configuration that forbids it ends those that are open. */
  configurationChanged(): void
}

export function buildTap(
  settings: SidecarSettings,
  deps: {
    readonly registry: MetricsRegistry
    readonly clock: Clock
    readonly log: Logger
    readonly configuration: { current(): Snapshot }
  },
): BuiltTap {
  const taps = createTaps({ ...settings, ...deps })
  const isAllowed = (): boolean => mayTap(deps.configuration.current().configuration)
  return {
    taps,
    route: {
      method: 'GET',
      template: TAP_PATH,
      group: 'sidelight',
      operation: 'tap.get',
      handler: getTap({ ...deps, taps, isAllowed, hasToken: settings.apiToken !== undefined }),
      own: true,
      live: true,
      doc: tapDoc,
    },
    configurationChanged() {
      if (!isAllowed()) taps.close()
    },
  }
}

const mayTap = ({ tracing }: Configuration): boolean => tracing?.tap ?? true
