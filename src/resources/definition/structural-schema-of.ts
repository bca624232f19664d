import { z } from 'zod'
import type { StructuralSchema } from '../../wire/structural-schema.ts'
import { docOf, isFlag, isList, isSection, isTable, plainOf } from '../schema-walk.ts'

const ANY: StructuralSchema = { 'x-kubernetes-preserve-unknown-fields': true }

/** What a reader takes of a field of Dapr's: at least what Dapr's own definition admits there, a text or a whole number. */
const LOOSE: Readonly<Record<string, StructuralSchema>> = {
  text: { type: 'string' },
  scalar: { 'x-kubernetes-int-or-string': true },
}

/**
 * What the API server is to hold a field to: its shape alone, so that every manifest that Dapr admits is admitted; in a
 * section of ours everything that the reader asks for, too.
 */
export function structuralSchemaOf(schema: z.ZodType, inOurs = false): StructuralSchema {
  const { description, ours = inOurs } = docOf(schema)
  return { ...(description === '' ? {} : { description }), ...shapeOf(schema, ours) }
}

function shapeOf(schema: z.ZodType, ours: boolean): StructuralSchema {
  const plain = plainOf(schema)
  const { takes = '', bounds } = docOf(schema)
  if (isSection(plain)) return sectionOf(plain, ours)
  if (isList(plain))
    return {
      type: 'array',
      items: structuralSchemaOf(plain.element, ours),
      ...(ours ? bounds : {}),
    }
  if (isTable(plain))
    return {
      type: 'object',
      additionalProperties: structuralSchemaOf(plain.valueType as z.ZodType, ours),
    }
  if (isFlag(plain)) return { type: 'boolean' }
  if (plain instanceof z.ZodString) return { type: 'string' }
  // What stands behind a preparation has more forms than one.
  return (ours ? bounds : undefined) ?? LOOSE[takes] ?? ANY
}

function sectionOf({ shape }: z.ZodObject, ours: boolean): StructuralSchema {
  const fields = Object.entries(shape) as [string, z.ZodType][]
  const required = fields
    .filter(([, field]) => ours && !field.safeParse(undefined).success)
    .map(([name]) => name)
  return {
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(
      fields.map(([name, field]) => [name, structuralSchemaOf(field, ours)]),
    ),
  }
}
