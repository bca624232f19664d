export { boardsOf, daprBoardsOf } from './boards/index.ts'
export { DEFAULT_SLOS } from './default-slos.ts'
export type {
  Board,
  Panel,
  PanelKind,
  PanelLink,
  Query,
  Row,
  Unit,
  VariableName,
} from './model.ts'
export {
  clusterPrometheusFile,
  podMonitor,
  prometheusFile,
  scrapeConfig,
} from './prometheus-file.ts'
export { alertingRules, recordingRules } from './rules/rule-groups.ts'
export { parseSlos, type Slo } from './slo.ts'
