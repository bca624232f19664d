export { checkManifest, type ManifestReport } from './check-manifest.ts'
export type { Component, ComponentMetadata } from './component/component.ts'
export {
  type Configuration,
  EMPTY_CONFIGURATION,
  type OtelSpec,
  type TracingSpec,
  type ZipkinSpec,
} from './configuration/configuration.ts'
export {
  type EditedOverrides,
  editOverrides,
  type OverrideEdit,
} from './configuration/edit-overrides.ts'
export {
  type LiveConfiguration,
  type Snapshot,
  watchConfiguration,
} from './configuration/live.ts'
export { labelPatterns, type MetricSpec } from './configuration/metric.ts'
export { type MetricsPush, metricsPushFromEnvironment } from './configuration/metrics-push.ts'
export {
  type ConfigurationFile,
  type ParsedConfiguration,
  type ParseOptions,
  parseConfiguration,
} from './configuration/parse.ts'
export {
  FORCE_DEFAULTS,
  type ForceSpec,
  KEEP_DEFAULTS,
  type KeepSpec,
  MATCH_FIELDS,
  type MatchField,
  type MatchSpec,
  type OverrideSpec,
  type RuleSpec,
  type SamplingSpec,
} from './configuration/sampling.ts'
export { SAMPLING_ANNOTATION } from './configuration/sampling-annotation.ts'
export type { Place, Sources } from './configuration/sources.ts'
export {
  type CustomResourceDefinition,
  customResourceDefinitions,
} from './definition/definitions.ts'
export type { Resources } from './directory/kinds.ts'
export { type LiveResources, watchResources } from './directory/live.ts'
export {
  type FoundDocument,
  parseResources,
  type ResourceText,
  readResources,
} from './directory/parse.ts'
export { createDirectorySource } from './directory/source.ts'
export { type ResourceField, resourceFields } from './field-reference.ts'
export { createFileSource } from './file-source.ts'
export type { Located, ReadResource } from './located.ts'
export { createPushedSource, type PushedSource } from './pushed-source.ts'
export { MAX_RESOURCE_BYTES, readResourceFile } from './read-resource-file.ts'
export type { Reload } from './reload.ts'
export {
  type BreakerCounts,
  compileTrip,
  type Trip,
} from './resiliency/compile-trip.ts'
export type {
  BreakerPolicy,
  CodeRange,
  PolicyNames,
  Resiliency,
  RetryPolicy,
} from './resiliency/resiliency.ts'
export { createSecretFiles } from './secret-files.ts'
export { compileEventRule, type EventRule } from './subscription/event-rule.ts'
export {
  BULK_AWAIT_MS,
  BULK_MESSAGES,
  type BulkSpec,
  type DeclaredSubscription,
  type RouteRule,
  type Subscription,
  toPath,
} from './subscription/subscription.ts'
export type { SecretSource, TextSource } from './text-source.ts'
export { compileRegex, type UserRegex } from './user-regex.ts'
export { parseResourceDocuments } from './yaml-source.ts'
export { toProblems } from './zod-problems.ts'
