export { buildSidecar, type Sidecar, type SidecarDeps, type SidecarPorts } from './build-sidecar.ts'
export type { AppHealthCheckSettings, SidecarSettings } from './settings.ts'
