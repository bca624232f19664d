export { buildSidecar, type Sidecar, type SidecarDeps, type SidecarPorts } from './build-sidecar.ts'
export { checkComponent } from './components/check-component.ts'
export type { AppHealthCheckSettings, SidecarSettings } from './settings.ts'
