import type { z } from 'zod'
import { coreOf, docOf, isFlag, isList, isSection, isTable } from '../schema-walk.ts'
import { configurationSchema } from './schema.ts'

/** One field for the reference page. */
export interface ConfigurationField {
  /** For example `spec.tracing.sampling.rules[].name`. */
  readonly path: string
  /** For example `rate`, `duration from 100ms to 60s`, `list`, `true | false`. */
  readonly type: string
  /** As a user would write it; empty when nothing holds without the field. */
  readonly default: string
  readonly doc: string
}

/** Every field of `spec`, in the order of the schema. */
export function configurationFields(): ConfigurationField[] {
  const fields: ConfigurationField[] = []
  const walk = (schema: z.ZodType, path: string): void => {
    const core = coreOf(schema)
    const { description, type, fallback } = docOf(schema)
    fields.push({ path, type: type ?? typeOf(core), default: fallback ?? '', doc: description })
    inside(core, path)
  }
  const inside = (core: z.ZodType, path: string): void => {
    if (isList(core)) inside(coreOf(core.element), `${path}[]`)
    else if (isSection(core))
      for (const [name, field] of Object.entries(core.shape))
        walk(field as z.ZodType, `${path}.${name}`)
  }
  const spec = coreOf(configurationSchema.shape.spec)
  inside(spec, 'spec')
  return fields
}

function typeOf(core: z.ZodType): string {
  if (isList(core)) return 'list'
  if (isSection(core)) return 'section'
  if (isTable(core)) return 'map'
  if (isFlag(core)) return 'true | false'
  return 'text'
}
