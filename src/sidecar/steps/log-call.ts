import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import { headerValue, type Step } from '../../net/index.ts'
import type { Configuration } from '../../resources/index.ts'
import { traceFields } from '../../telemetry/index.ts'
import type { SidecarExchange } from '../exchange.ts'
import { UNMATCHED } from '../routes.ts'
import type { SidecarSettings } from '../settings.ts'
import { shownPath } from '../telemetry/span-description.ts'

/** What of the calls is logged, as the Configuration in force has it. */
export interface CallLogPolicy {
  readonly isOn: boolean
  readonly hidesPaths: boolean
  readonly omitsHealthChecks: boolean
}

/** `--enable-api-logging` wins over `enabled`, either way. */
export function compileCallLog(
  { apiLogging }: Pick<SidecarSettings, 'apiLogging'>,
  { logging }: Configuration,
): CallLogPolicy {
  const { enabled, obfuscateURLs, omitHealthChecks } = logging?.apiLogging ?? {}
  return {
    isOn: apiLogging ?? enabled ?? false,
    hidesPaths: obfuscateURLs ?? false,
    omitsHealthChecks: omitHealthChecks ?? false,
  }
}

/** Nothing of it, as on daprd's public port: its health checks never end. */
export const NO_CALL_LOG: CallLogPolicy = {
  isOn: false,
  hidesPaths: true,
  omitsHealthChecks: true,
}

/**
 * One line a call when its last byte has left, with daprd's fields and the trace, which daprd's have not.
 *
 * @see dapr `pkg/api/http/server.go` useAPILogging
 */
export function logCall(
  policy: () => CallLogPolicy,
  clock: Clock,
  log: Logger,
): Step<SidecarExchange> {
  const callLog = log.child({ scope: 'dapr.runtime.http-info' })
  return {
    name: 'log',
    done(x, outcome) {
      const { isOn, hidesPaths, omitsHealthChecks } = policy()
      if (!isOn || (omitsHealthChecks && x.route?.group === 'healthz')) return
      callLog.info('HTTP API Called', {
        method: `${x.request.method} ${hidesPaths ? templateOf(x) : shownPath(x)}`,
        useragent: headerValue(x.request.headers, 'user-agent'),
        code: outcome.status,
        size: outcome.responseBytes,
        duration: Math.trunc(clock.elapsedMs() - x.startMs),
        ...traceFields(x.span),
      })
    },
  }
}

/** An invocation that is named by a header has any path. */
const templateOf = ({ route, target }: SidecarExchange): string =>
  route?.template ?? (target === undefined ? UNMATCHED : 'invoke')
