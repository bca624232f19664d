import type { Configuration } from '../resources/index.ts'
import type { SamplingPolicy } from '../telemetry/index.ts'

/** What a Configuration asks of telemetry. */
export interface TelemetryPolicy {
  readonly sampling: SamplingPolicy
  readonly zipkinEndpoint: string | undefined
  readonly stdout: boolean
}

/** daprd's rate when a tracing section names none. @see dapr `pkg/diagnostics/utils/trace_utils.go` */
const DEFAULT_RATE = 0.0001

/**
 * Off without a tracing section (nobody could ever see the spans, and new span ids would tear the traces of
 * apps that export on their own), and at rate 0 without a `sampling` block.
 */
export function compileTelemetry({ tracing }: Configuration): TelemetryPolicy {
  const rate = tracing?.samplingRate ?? DEFAULT_RATE
  return Object.freeze({
    sampling: Object.freeze({
      enabled: tracing !== undefined && (rate > 0 || tracing.followsCallers),
      rate,
    }),
    zipkinEndpoint: tracing?.zipkinEndpoint,
    stdout: tracing?.stdout ?? false,
  })
}
