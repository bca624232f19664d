/* A table: the cases of w3c/trace-context test/test.py at 00a91acf6cc0 (levels 1 and 2), under their names there. */

const T = '12345678901234567890123456789012'
const P = '1234567890123456'
/** The parent of the tracestate cases. */
const PARENT = `traceparent: 00-${T}-${P}-00`

export interface W3cCase {
  /** The name in test.py. */
  readonly name: string
  /** Header lines as sent. */
  readonly headers: readonly string[]
  /** `same`: the trace id that was sent goes on. `new`: any other one. */
  readonly trace: 'same' | 'new'
  /** What goes on. Absent = no tracestate. */
  readonly tracestate?: string
}

export const W3C_TRACE_ID = T

const traceparent = (
  name: string,
  trace: 'same' | 'new',
  ...values: readonly string[]
): readonly W3cCase[] => values.map((value) => ({ name, headers: [`traceparent:${value}`], trace }))

/** Trailing `undefined` = discarded. */
const tracestate = (
  name: string,
  lines: readonly string[],
  expected: string | undefined,
): W3cCase => ({
  name,
  headers: [PARENT, ...lines.map((line) => `tracestate:${line}`)],
  trace: 'same',
  ...(expected === undefined ? {} : { tracestate: expected }),
})

const members = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i).padStart(2, '0'))
    .map((n) => `bar${n}=${n}`)
    .join(',')
const MEMBER_LINES = [members(1, 10), members(11, 20), members(21, 30)]

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/'
const range = (from: number, to: number): string =>
  String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, i) => from + i))
const VALUE = range(0x20, 0x2b) + range(0x2d, 0x3c) + range(0x3e, 0x7e)

export const w3cCases: readonly W3cCase[] = [
  { name: 'test_both_traceparent_and_tracestate_missing', headers: [], trace: 'new' },
  ...traceparent('test_traceparent_included_tracestate_missing', 'same', `00-${T}-${P}-01`),
  {
    name: 'test_traceparent_duplicated',
    headers: [`traceparent: 00-${T}-${P}-01`, `traceparent: 00-${T.slice(0, -1)}1-${P}-01`],
    trace: 'new',
  },
  ...['trace-parent', 'trace.parent'].map(
    (header): W3cCase => ({
      name: 'test_traceparent_header_name',
      headers: [`${header}: 00-${T}-${P}-01`],
      trace: 'new',
    }),
  ),
  ...['TraceParent', 'TrAcEpArEnT', 'TRACEPARENT'].map(
    (header): W3cCase => ({
      name: 'test_traceparent_header_name_valid_casing',
      headers: [`${header}: 00-${T}-${P}-01`],
      trace: 'same',
    }),
  ),
  ...traceparent(
    'test_traceparent_version_0x00',
    'new',
    `00-${T}-${P}-01.`,
    `00-${T}-${P}-01-what-the-future-will-be-like`,
  ),
  ...traceparent(
    'test_traceparent_version_0xcc',
    'same',
    `cc-${T}-${P}-01`,
    `cc-${T}-${P}-01-what-the-future-will-be-like`,
  ),
  ...traceparent(
    'test_traceparent_version_0xcc',
    'new',
    `cc-${T}-${P}-01.what-the-future-will-be-like`,
  ),
  ...traceparent('test_traceparent_version_0xff', 'new', `ff-${T}-${P}-01`),
  ...traceparent(
    'test_traceparent_version_illegal_characters',
    'new',
    `.0-${T}-${P}-01`,
    `0.-${T}-${P}-01`,
  ),
  ...traceparent(
    'test_traceparent_version_too_long',
    'new',
    `000-${T}-${P}-01`,
    `0000-${T}-${P}-01`,
  ),
  ...traceparent('test_traceparent_version_too_short', 'new', `0-${T}-${P}-01`),
  ...traceparent('test_traceparent_trace_id_all_zero', 'new', `00-${'0'.repeat(32)}-${P}-01`),
  ...traceparent(
    'test_traceparent_trace_id_illegal_characters',
    'new',
    `00-.${T.slice(1)}-${P}-01`,
    `00-${T.slice(0, -1)}.-${P}-01`,
  ),
  ...traceparent('test_traceparent_trace_id_too_long', 'new', `00-${T}3-${P}-01`),
  ...traceparent('test_traceparent_trace_id_too_short', 'new', `00-${T.slice(0, -1)}-${P}-01`),
  ...traceparent('test_traceparent_parent_id_all_zero', 'new', `00-${T}-${'0'.repeat(16)}-01`),
  ...traceparent(
    'test_traceparent_parent_id_illegal_characters',
    'new',
    `00-${T}-.${P.slice(1)}-01`,
    `00-${T}-${P.slice(0, -1)}.-01`,
  ),
  ...traceparent('test_traceparent_parent_id_too_long', 'new', `00-${T}-${P}7-01`),
  ...traceparent('test_traceparent_parent_id_too_short', 'new', `00-${T}-${P.slice(0, -1)}-01`),
  ...traceparent(
    'test_traceparent_trace_flags_illegal_characters',
    'new',
    `00-${T}-${P}-.0`,
    `00-${T}-${P}-0.`,
  ),
  ...traceparent('test_traceparent_trace_flags_too_long', 'new', `00-${T}-${P}-001`),
  ...traceparent('test_traceparent_trace_flags_too_short', 'new', `00-${T}-${P}-1`),
  ...traceparent(
    'test_traceparent_ows_handling',
    'same',
    ` 00-${T}-${P}-01`,
    `\t00-${T}-${P}-01`,
    `00-${T}-${P}-01 `,
    `00-${T}-${P}-01\t`,
    `\t 00-${T}-${P}-01 \t`,
  ),
  {
    name: 'test_tracestate_included_traceparent_missing',
    headers: ['tracestate: foo=1,bar=2'],
    trace: 'new',
  },
  tracestate('test_tracestate_included_traceparent_included', ['foo=1,bar=2'], 'foo=1,bar=2'),
  ...['trace-state', 'trace.state'].map(
    (header): W3cCase => ({
      name: 'test_tracestate_header_name',
      headers: [PARENT, `${header}: foo=1`],
      trace: 'same',
    }),
  ),
  ...['TraceState', 'TrAcEsTaTe', 'TRACESTATE'].map(
    (header): W3cCase => ({
      name: 'test_tracestate_header_name_valid_casing',
      headers: [PARENT, `${header}: foo=1`],
      trace: 'same',
      tracestate: 'foo=1',
    }),
  ),
  tracestate('test_tracestate_empty_header', [''], undefined),
  tracestate('test_tracestate_empty_header', ['foo=1', ''], 'foo=1'),
  tracestate('test_tracestate_empty_header', ['', 'foo=1'], 'foo=1'),
  tracestate(
    'test_tracestate_multiple_headers_different_keys',
    ['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'],
    'foo=1,bar=2,rojo=1,congo=2,baz=3',
  ),
  tracestate('test_tracestate_duplicated_keys', ['foo=1,foo=1'], undefined),
  tracestate('test_tracestate_duplicated_keys', ['foo=1,foo=2'], undefined),
  tracestate('test_tracestate_duplicated_keys', ['foo=1', 'foo=1'], undefined),
  tracestate('test_tracestate_duplicated_keys', ['foo=1', 'foo=2'], undefined),
  tracestate('test_tracestate_all_allowed_characters', [`${KEY}=${VALUE}`], `${KEY}=${VALUE}`),
  tracestate(
    'test_tracestate_all_allowed_characters',
    [`${KEY}@a-z0-9_-*/=${VALUE}`],
    `${KEY}@a-z0-9_-*/=${VALUE}`,
  ),
  tracestate(
    'test_tracestate_ows_handling',
    ['foo=1 \t , \t bar=2, \t baz=3'],
    'foo=1,bar=2,baz=3',
  ),
  tracestate(
    'test_tracestate_ows_handling',
    ['foo=1\t \t,\t \tbar=2,\t \tbaz=3'],
    'foo=1,bar=2,baz=3',
  ),
  ...[' foo=1', '\tfoo=1', 'foo=1 ', 'foo=1\t', '\t foo=1 \t'].map((line) =>
    tracestate('test_tracestate_ows_handling', [line], 'foo=1'),
  ),
  ...['foo =1', 'FOO=1', 'foo.bar=1'].map((line) =>
    tracestate('test_tracestate_key_illegal_characters', [line], undefined),
  ),
  tracestate('test_tracestate_key_illegal_vendor_format', ['@foo=1,bar=2'], undefined),
  tracestate(
    'test_tracestate_member_count_limit',
    [...MEMBER_LINES, members(31, 32)],
    members(1, 32),
  ),
  tracestate('test_tracestate_member_count_limit', [...MEMBER_LINES, members(31, 33)], undefined),
  tracestate(
    'test_tracestate_key_length_limit',
    ['foo=1', `${'z'.repeat(256)}=1`],
    `foo=1,${'z'.repeat(256)}=1`,
  ),
  tracestate('test_tracestate_key_length_limit', ['foo=1', `${'z'.repeat(257)}=1`], undefined),
  tracestate(
    'test_tracestate_key_length_limit',
    ['foo=1', `${'t'.repeat(241)}@${'v'.repeat(14)}=1`],
    `foo=1,${'t'.repeat(241)}@${'v'.repeat(14)}=1`,
  ),
  tracestate('test_tracestate_value_illegal_characters', ['foo=bar=baz'], undefined),
  tracestate('test_tracestate_value_illegal_characters', ['foo=,bar=3'], undefined),
]

/** The suite still asks for level 1's tenant and vendor around `@`; level 2 made `@` an ordinary character. */
export const w3cLevel2Cases: readonly W3cCase[] = [
  ...['foo@=1,bar=2', 'foo@@bar=1,bar=2', 'foo@bar@baz=1,bar=2'].map((line) =>
    tracestate('test_tracestate_key_illegal_vendor_format', [line], line),
  ),
  ...[`${'t'.repeat(242)}@v=1`, `t@${'v'.repeat(15)}=1`].map((line) =>
    tracestate('test_tracestate_key_length_limit', ['foo=1', line], `foo=1,${line}`),
  ),
]
