import type { Board } from '../model.ts'
import type { Slo } from '../slo.ts'
import { controlPlane } from './control-plane.ts'
import { ofDapr } from './of-dapr.ts'
import { overview } from './overview.ts'
import { resiliencyAndSecurity } from './resiliency-and-security.ts'
import { service } from './service.ts'
import { sidecars } from './sidecars.ts'
import { stateAndPubsub } from './state-and-pubsub.ts'
import { telemetryPipeline } from './telemetry-pipeline.ts'
import { withDefaults } from './with-defaults.ts'

/** In the order in which somebody who looks for a fault would open them. */
export const boardsOf = (slos: readonly Slo[]): readonly Board[] =>
  [overview(slos), service, stateAndPubsub, resiliencyAndSecurity, sidecars, telemetryPipeline].map(
    withDefaults,
  )

/** The same for a cluster that runs daprd, by the names that it has, too; and its control plane. */
export const daprBoardsOf = (slos: readonly Slo[]): readonly Board[] => [
  ...boardsOf(slos).flatMap((board) => ofDapr(board) ?? []),
  controlPlane,
]
