import { bytesField, fixed64Field, type OtlpProtoReader, varintField } from './otlp-proto-reader.ts'
import type { OtlpAttribute, OtlpValue } from './otlp-span.ts'

/** Reads a `KeyValue`. The reader stands before its length. */
export function decodeProtoAttribute(reader: OtlpProtoReader): OtlpAttribute {
  const attribute: { key: string; value: OtlpValue } = { key: '', value: undefined }
  reader.message((field) => {
    if (field === bytesField(1)) attribute.key = reader.string()
    else if (field === bytesField(2)) attribute.value = readValue(reader)
    else reader.skip(field)
  })
  return attribute
}

/** `AnyValue`: of several members the last one counts, as for every `oneof`. */
function readValue(reader: OtlpProtoReader): OtlpValue {
  let value: OtlpValue
  reader.message((field) => {
    if (field === bytesField(1)) value = reader.string()
    else if (field === varintField(2)) value = reader.int64() !== 0n
    else if (field === varintField(3)) value = reader.int64()
    else if (field === fixed64Field(4)) value = reader.double()
    else if (field === bytesField(5)) value = readArray(reader)
    else if (field === bytesField(6)) value = { pairs: readMap(reader) }
    else if (field === bytesField(7)) value = { base64: reader.base64() }
    else reader.skip(field)
  })
  return value
}

function readArray(reader: OtlpProtoReader): OtlpValue[] {
  const values: OtlpValue[] = []
  reader.message((field) => {
    if (field === bytesField(1)) values.push(readValue(reader))
    else reader.skip(field)
  })
  return values
}

function readMap(reader: OtlpProtoReader): OtlpAttribute[] {
  const pairs: OtlpAttribute[] = []
  reader.message((field) => {
    if (field === bytesField(1)) pairs.push(decodeProtoAttribute(reader))
    else reader.skip(field)
  })
  return pairs
}
