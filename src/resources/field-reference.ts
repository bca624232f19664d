import type { z } from 'zod'
import { configurationSchema } from './configuration/schema.ts'
import { kinds } from './directory/kinds.ts'
import { coreOf, docOf, isFlag, isList, isSection, isTable } from './schema-walk.ts'

/** One field for the reference page. */
export interface ResourceField {
  /** For example `spec.tracing.sampling.rules[].name`, `spec.policies.retries.<name>.duration`. */
  readonly path: string
  /** For example `rate`, `duration from 100ms to 60s`, `list`, `map of durations`, `true | false`. */
  readonly type: string
  /** As a user would write it; empty when nothing holds without the field. */
  readonly default: string
  /** Has to be there where its section is. */
  readonly required: boolean
  readonly doc: string
}

const schemas = {
  Configuration: configurationSchema,
  Component: kinds.components.schema,
  Subscription: kinds.subscriptions.schema,
  Resiliency: kinds.resiliencies.schema,
  HTTPEndpoint: kinds.httpEndpoints.schema,
} as const

/** What every resource begins with, and what only the operator writes. */
const SELF_EVIDENT = new Set(['apiVersion', 'kind', 'status'])

/** Every field of a resource of this kind, in the order of the schema. */
export function resourceFields(kind: keyof typeof schemas): ResourceField[] {
  const fields: ResourceField[] = []
  const walk = (schema: z.ZodType, path: string): void => {
    const core = coreOf(schema)
    const { description, fallback = '' } = docOf(schema)
    const required = !schema.safeParse(undefined).success
    fields.push({ path, type: typeOf(schema), default: fallback, required, doc: description })
    inside(core, path)
  }
  const inside = (core: z.ZodType, path: string): void => {
    if (isList(core)) inside(coreOf(core.element), `${path}[]`)
    else if (isTable(core)) inside(coreOf(core.valueType as z.ZodType), `${path}.<name>`)
    else if (isSection(core))
      for (const [name, field] of Object.entries(core.shape))
        walk(field as z.ZodType, `${path}.${name}`)
  }
  for (const [name, field] of Object.entries(schemas[kind].shape))
    if (!SELF_EVIDENT.has(name)) walk(field as z.ZodType, name)
  return fields
}

function typeOf(schema: z.ZodType): string {
  const { type } = docOf(schema)
  if (type !== undefined) return type
  const core = coreOf(schema)
  if (isList(core)) return 'list'
  if (isSection(core)) return 'section'
  if (isTable(core)) return `map of ${typeOf(core.valueType as z.ZodType)}s`
  if (isFlag(core)) return 'true | false'
  return 'text'
}
