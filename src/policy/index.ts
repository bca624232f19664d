export { type ApiAccess, compileApiAccess } from './compile-api-access.ts'
export { compileMetrics, DEFAULT_METRICS, type MetricPolicy } from './compile-metrics.ts'
export { compileTelemetry, type TelemetryPolicy } from './compile-telemetry.ts'
export { formatPlace } from './diagnose/cause.ts'
export { type DiagnoseOptions, diagnose } from './diagnose/diagnose.ts'
export {
  type ComparedHop,
  compareFlows,
  DIFFERENCE_KINDS,
  type Difference,
  type DifferenceKind,
} from './flows/compare-flow.ts'
export {
  type FlowSearch,
  type RecordedFlow,
  readFlowFile,
  writeFlowFile,
} from './flows/flow-file.ts'
export { learnFlow } from './flows/learn-flow.ts'
export type { HttpLabels } from './http-labels.ts'
export { readTapRequest, type TapRequest } from './tap-selector.ts'
export { createWhatIf, type WhatIf, type WhatIfQuestion } from './what-if/what-if.ts'
