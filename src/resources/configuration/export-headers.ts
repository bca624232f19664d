import { z } from 'zod'
import { err, ok } from '../../base/result.ts'
import { described, field } from '../fields.ts'
import { valueReferences } from '../value-references.ts'

/** A header of an exporter: its value, or where its value comes from. */
export interface HeaderSource {
  /** Lower case. */
  readonly name: string
  readonly value?: string | undefined
  readonly secretKeyRef?: { readonly name: string; readonly key?: string | undefined } | undefined
  readonly envRef?: string | undefined
}

export const HTTP_TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Visible ASCII and blanks: what both HTTP and gRPC carry. */
export const HEADER_VALUE = /^[\t\x20-\x7e]*$/
/** Of the message itself: the exporter writes these. */
const OWN_HEADERS = new Set([
  ...['connection', 'content-encoding', 'content-length', 'content-type'],
  ...['host', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
])

const LIST_NEEDED =
  'headers are a list: write `- name=value`, or `- name: …` with `value: …` below it, for each'

const headerName = field.readText(
  'the name of the header is needed',
  { description: 'Name of the header.', type: 'text' },
  (text) => {
    const name = text.toLowerCase()
    const message = !HTTP_TOKEN.test(name)
      ? 'a header name is made of letters, digits and - without blanks'
      : OWN_HEADERS.has(name)
        ? 'the exporter itself writes this header: leave it out'
        : undefined
    return message === undefined ? ok(name) : err({ code: 'HEADER_INVALID', message })
  },
)

const headerValue = field.readScalar(
  'a text is needed: put it in quotes',
  { description: 'The value itself.', type: 'text' },
  (text) =>
    HEADER_VALUE.test(text)
      ? ok(text)
      : err({ code: 'HEADER_INVALID', message: 'a header value is one line of ASCII' }),
)

const header = z.preprocess(
  (entry, context) => {
    if (typeof entry !== 'string') return entry
    const at = entry.indexOf('=')
    if (at > 0) return { name: entry.slice(0, at).trim(), value: entry.slice(at + 1).trim() }
    const message = 'write it as name=value'
    context.addIssue({ code: 'custom', message, params: { code: 'HEADER_INVALID' }, input: '' })
    return z.NEVER
  },
  field
    .section(
      {
        name: headerName,
        value: headerValue.optional(),
        ...valueReferences,
      },
      'One header.',
    )
    .superRefine(({ value, secretKeyRef, envRef }, context) => {
      const given = [value, secretKeyRef, envRef].filter((each) => each !== undefined)
      if (given.length === 1) return
      const message = 'exactly one of value, secretKeyRef and envRef is needed'
      context.addIssue({ code: 'custom', message, params: { code: 'HEADER_INVALID' }, input: '' })
    }),
)

/** Both forms that Dapr knows: `name=value` in files, `{name, value | secretKeyRef | envRef}` in clusters. */
export const exportHeaders = described(
  z.preprocess(
    // Older versions of daprd have one text here.
    (list) => (typeof list === 'string' && list.includes('=') ? list.split(',') : list),
    z.array(header, { error: LIST_NEEDED }),
  ),
  {
    description:
      'Sent with each batch: `name=value`, or a name with `value`, `secretKeyRef` or `envRef`.',
    type: 'list',
  },
)
