export { boardsOf, daprBoardsOf } from './boards/index.ts'
export { DEFAULT_SLOS } from './default-slos.ts'
export {
  type Board,
  hasExemplars,
  type Panel,
  type PanelKind,
  type PanelLink,
  type Query,
  type Row,
  type Unit,
} from './model.ts'
export {
  clusterPrometheusFile,
  podMonitor,
  prometheusFile,
  scrapeConfig,
} from './prometheus-file.ts'
export { alertingRules, recordingRules } from './rules/rule-groups.ts'
export { parseSlos, type Slo } from './slo.ts'
