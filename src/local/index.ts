export { type RunningSidecar, type SharedParts, startSidecar } from './start-sidecar.ts'
