import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { MetricsPage, Sender } from '../../net/index.ts'
import type { Snapshot } from '../../resources/index.ts'
import type { MetricsRegistry } from '../../telemetry/index.ts'
import type { ApiRoute } from '../exchange.ts'
import { postAppTraces } from '../handlers/app/post-app-traces.ts'
import { putApp } from '../handlers/app/put-app.ts'
import { appRoutes } from '../handlers/app/routes.ts'
import type { SidecarSettings } from '../settings.ts'
import type { SidecarTelemetry } from '../telemetry/sidecar-telemetry.ts'
import { createAppMetrics } from './app-metrics.ts'
import { createTakeSpans } from './take-spans.ts'

/** What the app records itself, taken on by its sidecar. */
export function buildAppTelemetry(
  settings: SidecarSettings,
  deps: {
    readonly registry: MetricsRegistry
    readonly sender: Sender
    readonly clock: Clock
    readonly log: Logger
    readonly configuration: { current(): Snapshot }
    readonly telemetry: SidecarTelemetry
  },
): { readonly routes: readonly ApiRoute[]; readonly page: MetricsPage } {
  const { telemetry, configuration } = deps
  const page = createAppMetrics({ ...settings, ...deps })
  return {
    page,
    routes: appRoutes({
      putApp: putApp({
        generation: () => configuration.current().generation,
        policy: telemetry.policy,
        metrics: page,
      }),
      postTraces: postAppTraces(
        createTakeSpans({ ...settings, ...deps, ...telemetry }),
        settings.maxBodyBytes,
      ),
    }),
  }
}
