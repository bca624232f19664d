import type { Component, ComponentMetadata } from './component.ts'
import type { ComponentInput } from './schema.ts'

const INIT_TIMEOUT_MS = 5_000

export const toComponent = ({ metadata, spec, auth, scopes }: ComponentInput): Component => ({
  name: metadata.name,
  namespace: metadata.namespace ?? '',
  type: spec.type,
  version: spec.version || 'v1',
  metadata: (spec.metadata ?? []).map(toMetadata),
  ignoreErrors: spec.ignoreErrors ?? false,
  initTimeoutMs: spec.initTimeout ?? INIT_TIMEOUT_MS,
  scopes: scopes ?? [],
  secretStore: auth?.secretStore || undefined,
})

const toMetadata = (
  item: NonNullable<ComponentInput['spec']['metadata']>[number],
): ComponentMetadata => ({
  name: item.name,
  value: item.value === undefined ? undefined : textOf(item.value),
  secretKeyRef: item.secretKeyRef && {
    name: item.secretKeyRef.name,
    key: item.secretKeyRef.key ?? item.secretKeyRef.name,
  },
  envRef: item.envRef,
})

/** As Dapr reads a `DynamicValue`: a text without its quotes, all else as JSON. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
