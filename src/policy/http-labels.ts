import { labelPatterns } from '../resources/index.ts'
import { pathLabel } from '../telemetry/index.ts'
import { createMux } from '../wire/serve-mux.ts'
import type { MetricsReport } from '../wire/sidecar-report.ts'

/** What the Configuration makes of the `path` and `method` labels of HTTP metrics. */
export interface HttpLabels {
  method(method: string): string
  /**
   * Of a request to the sidecar.
   * @param shown the path without what must not be shown of it; absent for one that nobody serves
   */
  serverPath(path: string, shown: string | undefined): string
  /** Of a call of the app. */
  appPath(path: string): string
}

const METHODS: ReadonlySet<string> = new Set(
  'GET PUT POST PATCH DELETE HEAD OPTIONS CONNECT TRACE'.split(' '),
)
/** Paths of the app that daprd names even when it names none. */
const OWN_PATHS: ReadonlySet<string> = new Set([
  '/dapr/config',
  '/dapr/metrics',
  '/dapr/subscribe',
  '/healthz',
])
/** A path that nobody serves is no label: scanners would make a series of each. */
const UNMATCHED = '{unmatched}'

/** @see dapr `pkg/diagnostics/http_monitoring.go`, `http_monitoring_path_matching.go` */
export function compileHttpLabels({
  increasedCardinality,
  excludeVerbs,
  pathMatching,
}: Pick<MetricsReport, 'increasedCardinality' | 'excludeVerbs' | 'pathMatching'>): HttpLabels {
  const find =
    pathMatching.length === 0 ? undefined : createMux(pathMatching.flatMap(labelPatterns))
  /** As daprd does, a path that no pattern matches is tried once more as its label. */
  const labelOf = (path: string, shown: string | undefined): string => {
    const found = find?.(path)
    if (found !== undefined) return found
    if (shown === undefined) return increasedCardinality ? UNMATCHED : ''
    const label = pathLabel(shown)
    return find?.(label) ?? (increasedCardinality ? label : '')
  }
  return {
    // daprd's rule: what is no HTTP method is `UNKNOWN`.
    method: (method) => (excludeVerbs ? '' : METHODS.has(method) ? method : 'UNKNOWN'),
    serverPath: labelOf,
    appPath: (path) => labelOf(path, path) || (OWN_PATHS.has(path) ? path : ''),
  }
}
