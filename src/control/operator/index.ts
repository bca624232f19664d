export { buildOperator, type Operator, type OperatorDeps } from './build-operator.ts'
export { createOperatorMeter, type OperatorMeter } from './meter.ts'
export { DEFAULT_CONFIGURATION, type OperatorSettings } from './settings.ts'
