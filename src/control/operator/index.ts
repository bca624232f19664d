export { buildOperator, type Operator, type OperatorDeps } from './build-operator.ts'
export { createApiMeter } from './meter.ts'
export { DEFAULT_CONFIGURATION, type OperatorSettings } from './settings.ts'
