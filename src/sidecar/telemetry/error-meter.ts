import { codeOf } from '../../base/fault.ts'
import { errorMetrics, holdSeries, type MetricsRegistry } from '../../telemetry/index.ts'
import { errorCategory } from '../../wire/error-category.ts'
import { bodyCodeOf, type ErrorName, errorCodes } from '../../wire/error-codes.ts'

/** Counts errors by the code in their body, if the Configuration asks for it. */
export type ErrorMeter = (error: unknown) => void

export function createErrorMeter(
  registry: MetricsRegistry,
  { appId: app_id }: { readonly appId: string },
): ErrorMeter {
  const total = registry.counter(errorMetrics.total)
  const series = holdSeries((name: ErrorName) =>
    total.with({ app_id, error_code: bodyCodeOf(name), category: errorCategory(name) }),
  )
  return (error) => {
    const code = codeOf(error) ?? ''
    series(code in errorCodes ? (code as ErrorName) : 'ERR_INTERNAL').inc()
  }
}
