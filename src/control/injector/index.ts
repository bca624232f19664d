export { annotationPolicy } from './annotation-policy.ts'
export { type AnnotationName, annotations } from './annotations.ts'
export { buildInjector, type Injector, type InjectorDeps } from './build-injector.ts'
export { type Injection, type PatchOperation, patchPod } from './patch-pod.ts'
export type { Pod } from './pod.ts'
export {
  CONTROLLERS,
  type Reviewed,
  type ReviewOutcome,
  type ReviewSettings,
  reviewPod,
} from './review.ts'
export { INJECTOR_SERVICE, type InjectorSettings, MUTATE_PATH } from './settings.ts'
export type { InjectionSettings } from './sidecar-container.ts'
