import { z } from 'zod'
import { type FieldDoc, noteOf } from './fields.ts'

/**
 * What a schema is at heart: a section, a list, a map or a scalar, without what is wrapped around it.
 * Behind a transformation stands what is read, behind a preparation what is made.
 */
export function coreOf(schema: z.ZodType): z.ZodType {
  const plain = plainOf(schema)
  if (!(plain instanceof z.ZodPipe)) return plain
  const { in: input, out } = plain.def
  return coreOf((input instanceof z.ZodTransform ? out : input) as z.ZodType)
}

/** A schema whether or not its field may be absent. */
export const plainOf = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? plainOf(schema.unwrap() as z.ZodType)
    : schema

/** What the nearest wrapping says of the field. */
export function docOf(schema: z.ZodType): FieldDoc {
  const note = noteOf(schema)
  if (note !== undefined) return note
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return docOf(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodPipe) {
    const { in: input, out } = schema.def
    return docOf((input instanceof z.ZodTransform ? out : input) as z.ZodType)
  }
  return { description: '' }
}

export const isSection = (schema: z.ZodType): schema is z.ZodObject => schema instanceof z.ZodObject
export const isList = (schema: z.ZodType): schema is z.ZodArray<z.ZodType> =>
  schema instanceof z.ZodArray
export const isTable = (schema: z.ZodType): schema is z.ZodRecord => schema instanceof z.ZodRecord
export const isFlag = (schema: z.ZodType): schema is z.ZodBoolean => schema instanceof z.ZodBoolean
