export { openUpstreamTraceStore, type UpstreamStoreDeps } from './upstream-trace-store.ts'
