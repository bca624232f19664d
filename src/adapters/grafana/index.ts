export { dashboardProvider, dataSources } from './provisioning.ts'
export { toGrafana } from './to-grafana.ts'
