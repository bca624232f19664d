export { buildOperator, type Operator, type OperatorDeps } from './build-operator.ts'
export { STATUS_ANNOTATION, samplingDigest } from './cluster-resource.ts'
export { configurationsFor } from './concerns.ts'
export {
  APP_ID_LABEL,
  asksForSidecar,
  INJECTED_LABEL,
  type InjectedPod,
  readInjectedPod,
} from './injected-pod.ts'
export { createApiMeter } from './meter.ts'
export { DEFAULT_CONFIGURATION, type OperatorSettings } from './settings.ts'
export type { ResourceStatus } from './status.ts'
