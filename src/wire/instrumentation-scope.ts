/** daprd's instrumentation scope, which its users' searches know as a tag of every span. */
export const SIDECAR_SCOPE = 'dapr-diagnostics'
