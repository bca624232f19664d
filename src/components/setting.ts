import { z } from 'zod'
import { parseDurationMs } from '../base/duration.ts'
import { parseBytes } from '../base/quantity.ts'
import { err, ok } from '../base/result.ts'

/** What the reference page says of a setting. */
export interface SettingDoc {
  readonly type: string
  readonly description: string
  /** As a user would write it. Absent: nothing holds without it. */
  readonly fallback?: string
  readonly secret?: true
  readonly required?: true
}

export interface Setting<T> {
  readonly doc: SettingDoc
  readonly schema: z.ZodType<T>
}

/** The settings of a driver: Dapr's names, in Dapr's case, matched in any. */
export type SettingsTable = Readonly<Record<string, Setting<unknown>>>

export type SettingsOf<T extends SettingsTable> = {
  readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never
}

type Read<T> = (text: string) => T | undefined

/** Metadata is text, whatever was written: a number or a truth value stands for itself. */
function setting<T>(doc: SettingDoc, needed: string, read: Read<T>): Setting<T | undefined>
function setting<T>(doc: SettingDoc, needed: string, read: Read<T>, fallback: T): Setting<T>
function setting<T>(doc: SettingDoc, needed: string, read: Read<T>, fallback?: T) {
  const schema = z.transform((raw: unknown, context): T | undefined => {
    if (raw === undefined || (raw === '' && doc.required === undefined)) return fallback
    const text = doc.secret ? raw : typeof raw === 'string' ? raw.trim() : raw
    const value = typeof text === 'string' ? read(text) : undefined
    if (value !== undefined) return value
    const code = 'SETTING_INVALID'
    context.addIssue({ code: 'custom', message: needed, params: { code }, input: raw })
    return z.NEVER
  })
  return { doc, schema }
}

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  '1': true,
  yes: true,
  y: true,
  on: true,
  false: false,
  f: false,
  '0': false,
  no: false,
  n: false,
  off: false,
}

export const settings = {
  text: (description: string, fallback = '') =>
    setting<string>(
      { type: 'text', description, ...(fallback === '' ? {} : { fallback }) },
      'a text is needed',
      (text) => text,
      fallback,
    ),
  needed: (description: string) =>
    setting<string>(
      { type: 'text', description, required: true },
      'this setting is needed',
      (text) => text || undefined,
    ) as Setting<string>,
  /** Never shown, not even in part. */
  secret: (description: string) =>
    setting<string>(
      { type: 'text', description, secret: true },
      'a text is needed',
      (text) => text,
      '',
    ),
  flag: (description: string, fallback: boolean) =>
    setting<boolean>(
      { type: 'true | false', description, fallback: String(fallback) },
      'true or false is needed',
      (text) => FLAGS[text.toLowerCase()],
      fallback,
    ),
  whole: (description: string, fallback: number, range: { min?: number; max?: number } = {}) => {
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = range
    return setting<number>(
      { type: 'whole number', description, fallback: String(fallback) },
      `a whole number from ${min} to ${max} is needed`,
      (text) => {
        const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
        return value >= min && value <= max ? value : undefined
      },
      fallback,
    )
  },
  number: (description: string, fallback: number, { above }: { readonly above: number }) =>
    setting<number>(
      { type: 'number', description, fallback: String(fallback) },
      `a number above ${above} is needed`,
      (text) => {
        const value = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN
        return value > above ? value : undefined
      },
      fallback,
    ),
  /** Go's form; a bare number means milliseconds, as in Dapr's components. */
  duration: (description: string, fallback: string) =>
    setting<number>(
      { type: 'duration', description, fallback },
      'a duration such as 500ms, 10s or 1h is needed; a bare number means milliseconds',
      (text) => (/^\d+$/.test(text) ? Number(text) : parseDurationMs(text)),
      parseDurationMs(fallback) ?? 0,
    ),
  /** Go's form; a bare number means seconds, as in Dapr's databases, and one below 0 is 0. */
  seconds: (description: string, fallback: string) =>
    setting<number>(
      { type: 'duration', description, fallback },
      'a duration such as 500ms, 10s or 1h is needed; a bare number means seconds',
      (text) => (/^-?\d+$/.test(text) ? Math.max(0, Number(text)) * 1000 : parseDurationMs(text)),
      parseDurationMs(fallback) ?? 0,
    ),
  bytes: (description: string, fallback: string) =>
    setting<number>(
      { type: 'bytes', description, fallback },
      'a number of bytes such as 65536, 64Ki or 10Mi is needed',
      parseBytes,
      parseBytes(fallback) ?? 0,
    ),
  oneOf: <const T extends string>(words: readonly T[], description: string, fallback: T) =>
    setting<T>(
      { type: words.join(' | '), description, fallback },
      `${words.join(' or ')} is needed`,
      (text) => words.find((word) => word.toLowerCase() === text.toLowerCase()),
      fallback,
    ),
} as const

/** @returns the settings, or why one is none. Names that no setting has are another's business: Dapr passes over them. */
export function readSettings<T extends SettingsTable>(
  table: T,
  metadata: ReadonlyMap<string, string>,
) {
  const problems: { readonly setting: string; readonly message: string }[] = []
  const values: Record<string, unknown> = {}
  for (const [name, { schema, doc }] of Object.entries(table)) {
    const raw = metadata.get(name.toLowerCase())
    if (raw === undefined && doc.required) {
      problems.push({ setting: name, message: 'this setting is needed' })
      continue
    }
    const parsed = schema.safeParse(raw)
    if (parsed.success) values[name] = parsed.data
    else
      problems.push({ setting: name, message: parsed.error.issues[0]?.message ?? 'not understood' })
  }
  return problems.length === 0 ? ok(values as SettingsOf<T>) : err(problems)
}
