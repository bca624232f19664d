import { errorMetrics, holdSeries, type MetricsRegistry } from '../../telemetry/index.ts'
import { errorCategory } from '../../wire/error-category.ts'
import { bodyCodeOf, type ErrorName, errorCodes } from '../../wire/error-codes.ts'

/**
 * Counts errors by the code in their body, if the Configuration asks for it.
 *
 * @param code of the error catalogue; any other, or none, is a bug
 */
export type ErrorMeter = (code: string | undefined) => void

export function createErrorMeter(
  registry: MetricsRegistry,
  { appId: app_id }: { readonly appId: string },
): ErrorMeter {
  const total = registry.counter(errorMetrics.total)
  const series = holdSeries((name: ErrorName) =>
    total.with({ app_id, error_code: bodyCodeOf(name), category: errorCategory(name) }),
  )
  return (code = '') => series(code in errorCodes ? (code as ErrorName) : 'ERR_INTERNAL').inc()
}
