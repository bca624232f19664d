export { createFakeClock, type FakeClock } from '../../base/fake-clock.ts'
export type { FoundTrace } from './await-trace.ts'
export {
  deliver,
  type ExpectedSpan,
  invoke,
  operation,
  publish,
  span,
} from './expect-trace.ts'
export type { Metrics } from './metrics.ts'
export type { ResourceInput } from './resources.ts'
export { type Bundle, type BundleOptions, startBundle } from './start-bundle.ts'
export type { SidecarOfApp, TestApp } from './test-app.ts'
