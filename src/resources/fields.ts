import { z } from 'zod'
import { parseDurationMs } from '../base/duration.ts'
import { parseBytes } from '../base/quantity.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { StructuralSchema } from '../wire/structural-schema.ts'

/** What is wrong with a value, in words that cure it. */
export interface Flaw {
  readonly code: string
  readonly message: string
}

/**
 * What the reference page and the custom resource definition say of a field. `type` replaces the schema's own name of
 * its type, `fallback` is what holds without the field, in the form in which a user would write it.
 */
export type FieldDoc = {
  readonly description: string
  readonly type?: string
  readonly fallback?: string
  /** What a reader takes: texts alone, or numbers too. */
  readonly takes?: 'text' | 'scalar'
  /** What a function or a check asks for, as an API server can ask for it. Held in our own sections only. */
  readonly bounds?: StructuralSchema
  /** Dapr has no such section. */
  readonly ours?: true
}

/** A field that is there has to be of the right kind; one that is not may be needed. */
const kindError = (needed: string) => (issue: { readonly input?: unknown }) =>
  issue.input === undefined ? 'this field is needed' : needed

const docs = new WeakMap<z.ZodType, FieldDoc>()

/** Notes what the reference page says. Zod's own `meta()` copies the schema, which costs 3 ms at start. */
export function described<T extends z.ZodType>(schema: T, fieldDoc: FieldDoc): T {
  docs.set(schema, fieldDoc)
  return schema
}

/** What was noted for exactly this schema. */
export const noteOf = (schema: z.ZodType): FieldDoc | undefined => docs.get(schema)

export const field = {
  text: (description: string, fallback?: string) =>
    described(
      z.string({ error: kindError('a text is needed: put it in quotes') }),
      doc(description, fallback),
    ),
  flag: (description: string, fallback?: boolean) =>
    described(
      z.boolean({ error: kindError('true or false is needed, without quotes') }),
      doc(description, fallback?.toString()),
    ),
  list,
  /** Entries under names of the user's own choice. */
  table: <T extends z.ZodType>(item: T, description: string) =>
    described(
      z.record(z.string(), item, { error: kindError('names are needed here, one a line') }),
      doc(description),
    ),
  section: <T extends z.ZodRawShape>(
    shape: T,
    description: string,
    more: Pick<FieldDoc, 'ours'> = {},
  ) =>
    described(z.object(shape, { error: kindError('fields are needed here, one a line') }), {
      ...doc(description),
      ...more,
    }),
  /** Any value of the user's own making. */
  free: (description: string) => described(z.unknown(), { description, type: 'any' }),
  oneOf,
  readText,
  readScalar,
  duration,
  pause,
  bytes,
  amount,
  whole,
}

const doc = (description: string, fallback?: string): FieldDoc =>
  fallback === undefined ? { description } : { description, fallback }

/** Tells a flaw of a whole list; `index` says which entry has it. */
type ReportFlaw = (code: string, message: string, index?: number, ...below: string[]) => void

/** @param check looks at a list whose entries are right */
function list<T extends z.ZodType>(
  item: T,
  description: string,
  check?: (entries: readonly z.output<T>[], report: ReportFlaw) => void,
  bounds: StructuralSchema = {},
) {
  const plain = z.array(item, { error: kindError('a list is needed: begin each entry with "- "') })
  const schema =
    check === undefined
      ? plain
      : plain.superRefine((entries, context) =>
          check(entries, (code, message, ...path) =>
            context.addIssue({
              code: 'custom',
              message,
              params: { code },
              path: path.filter((key) => key !== undefined),
              input: entries,
            }),
          ),
        )
  return described(schema, { ...doc(description), bounds })
}

/** A text that a function reads. @param needed said of what is no text */
function readText<T>(
  needed: string,
  fieldDoc: FieldDoc,
  reader: (text: string) => Result<T, Flaw>,
) {
  return readWith(needed, { ...fieldDoc, takes: 'text' }, (raw) =>
    typeof raw === 'string' ? reader(raw) : undefined,
  )
}

/**
 * A scalar that a function reads, without the blanks around it. A number may also stand in quotes, since
 * `${NAME}` makes texts.
 */
function readScalar<T>(
  needed: string,
  fieldDoc: FieldDoc,
  reader: (text: string) => Result<T, Flaw>,
) {
  return readWith(needed, { ...fieldDoc, takes: 'scalar' }, (raw) =>
    typeof raw === 'string' || Number.isFinite(raw) ? reader(String(raw).trim()) : undefined,
  )
}

/** A bare transformation: unions and pipes around it would cost more than the reading. */
function readWith<T>(
  needed: string,
  fieldDoc: FieldDoc,
  reader: (raw: unknown) => Result<T, Flaw> | undefined,
) {
  const schema = z.transform((raw: unknown, context): T => {
    const read = reader(raw) ?? err({ code: 'FIELD_INVALID', message: needed })
    if (read.ok) return read.value
    const { code, message } = read.error
    context.addIssue({ code: 'custom', message, params: { code }, input: raw })
    return z.NEVER
  })
  return described(schema, fieldDoc)
}

/** One of a few words. Go reads such words in any case, so this does, too. */
function oneOf<const T extends string>(words: readonly T[], description: string, fallback?: T) {
  const needed = `${words.join(' or ')} is needed`
  const meta: FieldDoc = {
    ...doc(description, fallback),
    type: words.join(' | '),
    bounds: { type: 'string', enum: words },
  }
  return readText(needed, meta, (text) => {
    const word = words.find((each) => each.toLowerCase() === text.toLowerCase())
    return word === undefined ? err({ code: 'VALUE_UNKNOWN', message: needed }) : ok(word)
  })
}

/** An API server wants to know how much a rule may cost, so that what it looks at has a greatest length. */
export const MAX_SCALAR = 32

/** One rule in CEL of all the conditions that there are. */
export const celRule = (
  conditions: readonly (string | undefined)[],
  message: string,
): Pick<StructuralSchema, 'x-kubernetes-validations'> => ({
  'x-kubernetes-validations': [
    { rule: conditions.filter((each) => each !== undefined).join(' && '), message },
  ],
})

interface Range {
  readonly min?: string
  readonly max?: string
  readonly fallback?: string
}

/** A Go duration. @returns milliseconds */
function duration(description: string, { min = '0', max, fallback }: Range = {}) {
  const range = max === undefined ? '' : ` from ${min} to ${max}`
  const needed = `a duration${range} such as 500ms, 10s or 1h30m is needed`
  const meta: FieldDoc = {
    ...doc(description, fallback),
    type: `duration${range}`,
    bounds: {
      type: 'string',
      format: 'duration',
      ...celRule([`self >= duration('${min}')`, max && `self <= duration('${max}')`], needed),
    },
  }
  return readScalar(needed, meta, (text) => {
    const value = parseDurationMs(text)
    if (value === undefined) return err({ code: 'DURATION_INVALID', message: needed })
    return within(value, parseDurationMs(min), max && parseDurationMs(max), needed)
  })
}

/** A duration of a Resiliency: a whole number without a unit means milliseconds there. @returns milliseconds */
function pause(description: string, fallback?: string) {
  const needed = 'a duration such as 500ms, 10s or 1h30m is needed'
  return readScalar(needed, { ...doc(description, fallback), type: 'duration' }, (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : parseDurationMs(text)
    return value === undefined ? err({ code: 'DURATION_INVALID', message: needed }) : ok(value)
  })
}

/** A quantity of bytes, for example `16Mi`. @returns bytes */
function bytes(description: string, { min = '0', max, fallback }: Range = {}) {
  const range = max === undefined ? '' : ` from ${min} to ${max}`
  const needed = `a size${range} such as 512Ki or 16Mi is needed`
  const meta: FieldDoc = {
    ...doc(description, fallback),
    type: `size${range}`,
    bounds: {
      type: 'string',
      maxLength: MAX_SCALAR,
      ...celRule(
        [
          'isQuantity(self)',
          `quantity(self).compareTo(quantity('${min}')) >= 0`,
          max && `quantity(self).compareTo(quantity('${max}')) <= 0`,
        ],
        needed,
      ),
    },
  }
  return readScalar(needed, meta, (text) => {
    const value = parseBytes(text)
    if (value === undefined) return err({ code: 'SIZE_INVALID', message: needed })
    return within(value, parseBytes(min), max && parseBytes(max), needed)
  })
}

/** A number over 0, fractions too. */
function amount(description: string, { max, fallback }: { max: number; fallback?: number }) {
  const needed = `a number over 0, at most ${max}, is needed`
  const meta: FieldDoc = {
    ...doc(description, fallback?.toString()),
    type: `number over 0, to ${max}`,
    bounds: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: max },
  }
  return readScalar(needed, meta, (text) => {
    const value = parseDecimal(text)
    if (value !== undefined && value > 0 && value <= max) return ok(value)
    return err({ code: value === undefined ? 'NUMBER_INVALID' : 'OUT_OF_RANGE', message: needed })
  })
}

function whole(
  description: string,
  { min, max, fallback }: { min: number; max: number; fallback?: number },
) {
  const needed = `a whole number from ${min} to ${max} is needed`
  const meta: FieldDoc = {
    ...doc(description, fallback?.toString()),
    type: `whole number, ${min} to ${max}`,
    bounds: { type: 'integer', minimum: min, maximum: max },
  }
  return readScalar(needed, meta, (text) => {
    const value = parseDecimal(text)
    if (value === undefined || !Number.isInteger(value))
      return err({ code: 'NUMBER_INVALID', message: needed })
    return within(value, min, max, needed)
  })
}

const within = (
  value: number,
  min: number | undefined,
  max: number | string | undefined,
  needed: string,
): Result<number, Flaw> =>
  value < (min ?? 0) || (typeof max === 'number' && value > max)
    ? err({ code: 'OUT_OF_RANGE', message: needed })
    : ok(value)

export const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** Decimal or exponent form; `undefined` for all else, `0x1`, `NaN` and `Infinity` among it. */
export const parseDecimal = (text: string): number | undefined =>
  DECIMAL.test(text) ? Number(text) : undefined
