export {
  type Configuration,
  EMPTY_CONFIGURATION,
  type TracingSpec,
} from './configuration/configuration.ts'
export {
  type LiveConfiguration,
  type Reload,
  type Snapshot,
  watchConfiguration,
} from './configuration/live.ts'
export { parseConfiguration } from './configuration/parse.ts'
export { readResourceFile } from './read-resource-file.ts'
export { parseResourceDocuments } from './yaml-source.ts'
export { toProblems } from './zod-problems.ts'
