import type { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { celRule, type Flaw, field } from '../fields.ts'
import { HTTP_TOKEN } from './export-headers.ts'
import {
  FORCE_DEFAULTS,
  KEEP_DEFAULTS,
  MATCH_FIELDS,
  type MatchField,
  type MatchSpec,
  type OverrideSpec,
  type RuleSpec,
  type SamplingSpec,
} from './sampling.ts'
import { rate } from './sampling-rate.ts'

const MAX_RULES = 100
const MAX_GLOB = 512
const NAME_NEEDED =
  'a name begins with a letter or digit, and has at most 63 letters, digits, . _ -'
const MAX_NAME = 63
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
/** Names of decisions that are no rule's; they share the label with the rules. */
const RESERVED = ['parent', 'rate', 'force', 'floor', 'limit', 'keep', 'off']
const NAME_RESERVED = `${RESERVED.join(', ')} name other decisions: take another name`

const ruleName = field.readText<string>(
  'a name is needed: it is a tag of the spans and a label of the metrics',
  {
    description: 'Name, once in rules and overrides. `health` replaces the built-in rule.',
    type: 'text',
    bounds: {
      type: 'string',
      maxLength: MAX_NAME,
      pattern: NAME.source,
      ...celRule([`!(self in ${JSON.stringify(RESERVED)})`], NAME_RESERVED),
    },
  },
  (text) => {
    if (!NAME.test(text)) return err({ code: 'RULE_NAME_INVALID', message: NAME_NEEDED })
    return RESERVED.includes(text)
      ? err({ code: 'RULE_NAME_RESERVED', message: NAME_RESERVED })
      : ok(text)
  },
)

const headerName = (description: string, fallback?: string) =>
  field.readText(
    'the name of a header is needed',
    {
      description,
      type: 'header name',
      ...(fallback === undefined ? {} : { fallback }),
      bounds: { type: 'string', pattern: HTTP_TOKEN.source },
    },
    (text) =>
      HTTP_TOKEN.test(text)
        ? ok(text.toLowerCase())
        : err({ code: 'HEADER_INVALID', message: 'a header name has letters, digits and - only' }),
  )

/** It comes back in the answer with the trace's id: a header that means something else would break the answer. */
const forceHeader = field.readText(
  'the name of a header is needed',
  {
    description:
      'Header that asks for the trace; the answer names the trace id in it. Begins with x-.',
    type: 'header name',
    fallback: FORCE_DEFAULTS.header,
    bounds: { type: 'string', allOf: [{ pattern: '^[xX]-' }, { pattern: HTTP_TOKEN.source }] },
  },
  (text) =>
    /^x-/i.test(text) && HTTP_TOKEN.test(text)
      ? ok(text.toLowerCase())
      : err({
          code: 'HEADER_RESERVED',
          message: 'the header has to begin with x-, for the answer carries the trace id in it',
        }),
)

const GLOBS: Readonly<Record<MatchField, string>> = {
  api: 'Building block: invoke, state, publish, subscribe, bindings, secrets, configuration, lock, unlock, conversation, metadata, healthz, shutdown.',
  target: 'App id that is called.',
  method: 'HTTP method.',
  path: 'Path template behind the app id, for example `/orders/*`.',
  topic: 'Topic.',
  component: 'Component.',
  actorType: 'Actor type.',
  caller: 'App id that calls.',
  namespace: 'Namespace of the app that is called.',
}

const glob = (description: string) =>
  field.readText<string>(
    'a text is needed, in which * stands for any text',
    { description, type: 'glob', bounds: { type: 'string', minLength: 1, maxLength: MAX_GLOB } },
    (text) => {
      const message =
        text === ''
          ? 'a text is needed; leave the field out to match everything'
          : text.length > MAX_GLOB
            ? `at most ${MAX_GLOB} characters can match anything`
            : undefined
      return message === undefined ? ok(text) : err({ code: 'FIELD_INVALID', message })
    },
  )

const globs = Object.fromEntries(
  MATCH_FIELDS.map((name) => [name, glob(GLOBS[name]).optional()]),
) as Record<MatchField, z.ZodOptional<ReturnType<typeof glob>>>

const match = field.section(
  { ...globs, header: headerName('Header that must be there.').optional() },
  'All that is given must match; `*` stands for any text. Nothing given matches everything.',
)

const ruleShape = {
  name: ruleName,
  match: match.optional(),
  rate: rate('Share of the traces that are kept.', 'samplingRate').optional(),
  perSecond: field.amount('At most so many traces a second.', { max: 100_000 }).optional(),
}

const until = field.readScalar(
  'a time with its zone is needed, such as 2026-12-01T10:00:00Z',
  {
    description: 'When it ends by itself.',
    type: 'RFC 3339 time',
    bounds: { type: 'string', format: 'date-time' },
  },
  readTime,
)

const many = <T extends z.ZodType>(item: T, description: string) =>
  field.list(
    item,
    description,
    ({ length }, report) => {
      if (length > MAX_RULES) report('LIST_TOO_LONG', `at most ${MAX_RULES} can stand here`)
    },
    { maxItems: MAX_RULES },
  )

export const samplingSection = field.section(
  {
    parent: field
      .oneOf(
        ['follow', 'raise', 'ignore'],
        'What a caller’s decision means: it holds; our rules may sample what it did not; it is not asked.',
        'follow',
      )
      .optional(),
    overrides: many(
      field.section({ ...ruleShape, until }, 'A rule before all others that ends by itself.'),
      'Rules that end by themselves, before all others; the first match decides, also about what a caller left unsampled.',
    ).optional(),
    rules: many(field.section(ruleShape, 'One rule.'), 'The first match decides.').optional(),
    floor: field
      .section(
        {
          perOperationPerMinute: field.amount('Traces a minute of each operation.', {
            max: 60_000,
          }),
        },
        'Quiet operations are seen: at least so many traces of each.',
      )
      .optional(),
    limit: field
      .section(
        { perSecond: field.amount('Traces a second.', { max: 1_000_000 }) },
        'At most so many traces that this sidecar starts; forced ones do not count.',
      )
      .optional(),
    keep: field
      .section(
        {
          errors: field.flag('Failed requests are kept.', KEEP_DEFAULTS.errors).optional(),
          errorsFrom: field
            .whole('Lowest status that counts as failed.', {
              min: 400,
              max: 599,
              fallback: KEEP_DEFAULTS.errorsFrom,
            })
            .optional(),
          slowerThan: field
            .duration('Requests whose answer began later are kept.', { min: '1ms', max: '1h' })
            .optional(),
          perSecond: field
            .amount('Kept traces a second.', { max: 100_000, fallback: KEEP_DEFAULTS.perSecond })
            .optional(),
          hold: field
            .duration('How long spans wait for a verdict.', {
              min: '100ms',
              max: '60s',
              fallback: '5s',
            })
            .optional(),
          maxBytes: field
            .bytes('Memory of the spans that wait.', { min: '64Ki', max: '1Gi', fallback: '16Mi' })
            .optional(),
        },
        'Decided when the request has ended: failures and slow requests are kept at any rate.',
      )
      .optional(),
    force: field
      .section(
        {
          header: forceHeader.optional(),
          perMinute: field
            .amount('Forced traces a minute.', {
              max: 1_000_000,
              fallback: FORCE_DEFAULTS.perMinute,
            })
            .optional(),
        },
        'A header that has this one request traced. Without the section no header does.',
      )
      .optional(),
  },
  'Which traces are worth keeping, by rule. Order: force, overrides, rules, samplingRate, floor.',
  { ours: true },
)

type Block = z.output<typeof samplingSection>

/** With the defaults of each part that is there. */
export function toSampling(block: Block): SamplingSpec {
  const { keep, force } = block
  return {
    parent: block.parent ?? 'follow',
    overrides: (block.overrides ?? []).map(
      (each): OverrideSpec => ({ ...toRule(each), untilMs: each.until }),
    ),
    rules: (block.rules ?? []).map(toRule),
    floor: block.floor,
    limit: block.limit,
    keep: keep && {
      errors: keep.errors ?? KEEP_DEFAULTS.errors,
      errorsFrom: keep.errorsFrom ?? KEEP_DEFAULTS.errorsFrom,
      slowerThanMs: keep.slowerThan,
      perSecond: keep.perSecond ?? KEEP_DEFAULTS.perSecond,
      holdMs: keep.hold ?? KEEP_DEFAULTS.holdMs,
      maxBytes: keep.maxBytes ?? KEEP_DEFAULTS.maxBytes,
    },
    force: force && {
      header: force.header ?? FORCE_DEFAULTS.header,
      perMinute: force.perMinute ?? FORCE_DEFAULTS.perMinute,
    },
  }
}

const toRule = (rule: NonNullable<Block['rules']>[number]): RuleSpec => ({
  name: rule.name,
  // A field that is not given is not a key: matchers are made of the keys.
  match: Object.fromEntries(
    Object.entries(rule.match ?? {}).filter(([, text]) => text !== undefined),
  ) as MatchSpec,
  rate: rule.rate,
  perSecond: rule.perSecond,
})

const TIME = /^(\d{4}-\d\d-(\d\d)[Tt]\d\d:\d\d:\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/

/** RFC 3339. @returns epoch milliseconds */
function readTime(text: string): Result<number, Flaw> {
  const flaw = (message: string) => err({ code: 'TIME_INVALID', message })
  const match = TIME.exec(text)
  const ms = match === null ? Number.NaN : Date.parse(text.toUpperCase())
  // The 30th of February would be read as the 2nd of March.
  const day = match === null ? Number.NaN : new Date(`${match[1]}Z`).getUTCDate()
  if (!Number.isNaN(ms) && day === Number(match?.[2])) return ok(ms)
  return flaw(
    /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d)?(\.\d+)?$/.test(text)
      ? `a time needs its zone: write ${text.replace(' ', 'T')}Z for UTC`
      : 'a time with its zone is needed, such as 2026-12-01T10:00:00Z',
  )
}
