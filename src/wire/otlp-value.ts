import type { OtlpAttribute, OtlpValue } from './otlp-span.ts'

/**
 * The text of an attribute, as a Zipkin tag: a string as it is, a list or a map as JSON, bytes as base64,
 * a value that is not set as the empty string.
 *
 * @see opentelemetry-specification `common/README.md`, "Attribute", for non-OTLP exporters
 */
export function formatOtlpValue(value: OtlpValue): string {
  if (value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  return 'base64' in value ? value.base64 : formatJson(value)
}

/** The attributes of an event or link as one JSON object, for example `{"attempt":2}`. */
export const formatOtlpAttributes = (attributes: readonly OtlpAttribute[]): string =>
  formatJson({ pairs: attributes })

/** By hand, since JSON.stringify takes no 64-bit integers and no key twice. */
function formatJson(value: OtlpValue): string {
  if (value === undefined) return 'null'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`
  if (typeof value !== 'object') return JSON.stringify(value)
  if ('base64' in value) return JSON.stringify(value.base64)
  if ('pairs' in value) {
    const last = new Map(value.pairs.map((pair) => [pair.key, pair.value]))
    return `{${Array.from(last, ([key, item]) => `${JSON.stringify(key)}:${formatJson(item)}`).join()}}`
  }
  return `[${value.map(formatJson).join()}]`
}
