import { err, ok, type Result } from '../../../base/result.ts'
import { NESTED_TOO_DEEP, toJsonText } from '../../../wire/json-text.ts'
import { asRecord, lowerKeys } from '../../../wire/lower-keys.ts'

/** One message of a bulk publish as the request has it. */
export interface ReadEntry {
  readonly entryId: string
  readonly contentType: string
  readonly body: Uint8Array
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * The body of a bulk publish. Names of fields are matched in any case: the JS SDK writes `entryID`.
 *
 * @returns or what is wrong with the first entry that is wrong, without its payload
 * @see dapr `pkg/api/http/http.go` onBulkPublish, `pkg/runtime/pubsub/bulkpublish_resiliency.go`
 */
export function readBulkEntries(text: string): Result<ReadEntry[], string> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return err('the body is no JSON')
  }
  if (!Array.isArray(value)) return err('the body is no array')
  const ids = new Set<string>()
  const entries: ReadEntry[] = []
  for (const [i, raw] of value.entries()) {
    const entry = readEntry(lowerKeys(raw))
    if (!entry.ok) return err(`entry ${i + 1}: ${entry.error}`)
    if (ids.has(entry.value.entryId)) return err(`entry ${i + 1}: its entryId stands twice`)
    ids.add(entry.value.entryId)
    entries.push(entry.value)
  }
  return ok(entries)
}

function readEntry(fields: Readonly<Record<string, unknown>>): Result<ReadEntry, string> {
  const { entryid: entryId, event, contenttype = '', metadata } = fields
  if (typeof entryId !== 'string' || entryId === '') return err('entryId is not present')
  if (typeof contenttype !== 'string') return err('contentType is a text')
  const given = Object.entries(asRecord(metadata))
  if (given.some(([, item]) => typeof item !== 'string')) return err('metadata has texts only')
  const contentType = contenttype || (typeof event === 'string' ? 'text/plain' : 'application/json')
  const body = bodyOf(event, contentType)
  if (!body.ok) return body
  return ok({
    entryId,
    contentType,
    body: body.value,
    metadata: Object.fromEntries(given) as Record<string, string>,
  })
}

/** @see dapr `pkg/api/http/util.go` ConvertEventToBytes */
function bodyOf(event: unknown, contentType: string): Result<Uint8Array, string> {
  if (event === undefined || event === null) return ok(new Uint8Array())
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/octet-stream')
    return typeof event === 'string' && BASE64.test(event)
      ? ok(Buffer.from(event, 'base64'))
      : err(`an event of ${type} is a base64 text`)
  if (type.startsWith('text/'))
    return typeof event === 'string' ? ok(Buffer.from(event)) : err('an event of text is a text')
  const isJson = /^application\/(.+\+)?json$/.test(type)
  const text = typeof event === 'string' && !isJson ? event : toJsonText(event)
  return text === undefined ? err(NESTED_TOO_DEEP) : ok(Buffer.from(text))
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
