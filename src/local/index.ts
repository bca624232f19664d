export type { AppExit } from './app-process.ts'
export { type BundleApp, type RunningBundle, startBundle } from './run-bundle.ts'
export { parseRunFile, type RunApp } from './run-file.ts'
export { type RunningSidecar, type SharedParts, startSidecar } from './start-sidecar.ts'
