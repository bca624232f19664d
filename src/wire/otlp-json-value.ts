import { type OtlpJsonFields, wrong } from './otlp-json-fields.ts'
import { MAX_OTLP_DEPTH, OtlpReadError } from './otlp-read-error.ts'
import type { OtlpAttribute, OtlpValue } from './otlp-span.ts'

/** Numbers that JSON has no form for. */
const NAMED_DOUBLES: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

/** Reads a list of `KeyValue`. */
export function readJsonAttributes(
  read: OtlpJsonFields,
  value: unknown,
  path: string,
  depth: number,
): OtlpAttribute[] {
  return read.list(value, path, (item, at) => {
    const fields = read.object(item, at)
    return {
      key: read.string(fields.key, `${at}.key`),
      value: readValue(read, fields.value, `${at}.value`, depth),
    }
  })
}

/** `AnyValue`: an object with one member, whose name says the type. */
function readValue(read: OtlpJsonFields, value: unknown, path: string, depth: number): OtlpValue {
  if (depth > MAX_OTLP_DEPTH) throw new OtlpReadError(path, `${path} is nested too deeply`)
  const one = read.object(value, path)
  if (isSet(one.stringValue)) return read.string(one.stringValue, `${path}.stringValue`)
  if (isSet(one.boolValue)) return readBoolean(one.boolValue, `${path}.boolValue`)
  if (isSet(one.intValue)) return BigInt.asIntN(64, read.integer(one.intValue, `${path}.intValue`))
  if (isSet(one.doubleValue)) return readDouble(one.doubleValue, `${path}.doubleValue`)
  if (isSet(one.bytesValue)) return { base64: read.string(one.bytesValue, `${path}.bytesValue`) }
  if (isSet(one.arrayValue)) {
    const list = read.object(one.arrayValue, `${path}.arrayValue`)
    return read.list(list.values, `${path}.arrayValue.values`, (item, at) =>
      readValue(read, item, at, depth + 1),
    )
  }
  if (isSet(one.kvlistValue)) {
    const list = read.object(one.kvlistValue, `${path}.kvlistValue`)
    return {
      pairs: readJsonAttributes(read, list.values, `${path}.kvlistValue.values`, depth + 1),
    }
  }
  return undefined
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null

function readBoolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw wrong(path, 'true or false', value)
  return value
}

function readDouble(value: unknown, path: string): number {
  if (typeof value === 'number') return value
  const named = NAMED_DOUBLES.get(value)
  if (named !== undefined) return named
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  if (Number.isNaN(parsed)) throw wrong(path, 'a number', value)
  return parsed
}
