import { z } from 'zod'

/** Decimal or exponent form, as Go's ParseFloat reads it. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

const issue = (code: string, message: string) => ({
  code: 'custom' as const,
  message,
  params: { code },
})

/** A string in the resource; files may hold a bare number. */
export const samplingRate = z
  .union([z.string(), z.number()], { error: 'a sampling rate is a number from "0" to "1"' })
  .transform((raw, context) => {
    const text = String(raw).trim()
    if (text === '') return undefined
    const rate = NUMBER.test(text) ? Number(text) : Number.NaN
    if (Number.isNaN(rate)) {
      context.addIssue({ ...issue('RATE_NOT_A_NUMBER', cureOf(text)), input: raw })
      return z.NEVER
    }
    if (rate < 0) {
      context.addIssue({
        ...issue(
          'RATE_NEGATIVE',
          'a sampling rate is a number from "0" to "1"; to follow sampled callers only, write "0" and add `sampling: {}`',
        ),
        input: raw,
      })
      return z.NEVER
    }
    if (rate > 1) {
      context.addIssue({
        ...issue(
          'RATE_ABOVE_ONE',
          'a sampling rate is a number from "0" to "1"; write "1" for every trace',
        ),
        input: raw,
      })
      return z.NEVER
    }
    return rate
  })

function cureOf(text: string): string {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text)
  const base = 'a sampling rate is a number from "0" to "1"'
  return percent === null ? base : `${base}; write "${Number(percent[1]) / 100}" for ${text}`
}

const endpointAddress = z
  .string({ error: 'a complete URL is needed, such as http://localhost:9411/api/v2/spans' })
  .superRefine((text, context) => {
    if (text === '' || isHttpUrl(text)) return
    context.addIssue({
      ...issue(
        'ENDPOINT_NOT_A_URL',
        'a complete URL is needed, such as http://localhost:9411/api/v2/spans',
      ),
      input: text,
    })
  })

function isHttpUrl(text: string): boolean {
  try {
    const { protocol, hostname } = new URL(text)
    return (protocol === 'http:' || protocol === 'https:') && hostname !== ''
  } catch {
    return false
  }
}

/** Sections this sidecar does not read stay untouched: a file that works with daprd must load. */
export const configurationSchema = z.looseObject({
  apiVersion: z.literal('dapr.io/v1alpha1', { error: 'only dapr.io/v1alpha1 is known' }).optional(),
  kind: z.literal('Configuration'),
  metadata: z.looseObject({ name: z.string().optional() }).nullish(),
  spec: z
    .looseObject({
      tracing: z
        .looseObject({
          samplingRate: samplingRate.nullish(),
          stdout: z.boolean({ error: 'true or false is needed, without quotes' }).nullish(),
          zipkin: z.looseObject({ endpointAddress: endpointAddress.nullish() }).nullish(),
          sampling: z.looseObject({}).nullish(),
        })
        .nullish(),
    })
    .nullish(),
})
