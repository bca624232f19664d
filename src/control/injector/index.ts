export { type AnnotationName, annotations } from './annotations.ts'
export { type Injection, type PatchOperation, patchPod } from './patch-pod.ts'
export type { Pod } from './pod.ts'
export {
  CONTROLLERS,
  type Reviewed,
  type ReviewOutcome,
  type ReviewSettings,
  reviewPod,
} from './review.ts'
export type { InjectionSettings } from './sidecar-container.ts'
