import { err, ok, type Result } from '../../base/result.ts'
import {
  celRule,
  DECIMAL,
  type FieldDoc,
  type Flaw,
  field,
  MAX_SCALAR,
  parseDecimal,
} from '../fields.ts'
import { parseGoFloat } from './go-float.ts'

const NEEDED = 'a sampling rate is a number from "0" to "1"'

/** daprd's rate for what it cannot read. @see dapr `pkg/diagnostics/utils/trace_utils.go` */
const DAPR_RATE = 0.0001

/** A rate from 0 to 1. A string in the resource; files may hold a bare number. */
export const rate = (description: string, fallback?: string) =>
  field.readScalar(NEEDED, meta(description, fallback), readRate)

/** `spec.tracing.samplingRate`: a rate, or the empty text, which stands for the default. */
export const samplingRate = field.readScalar<number | ''>(
  NEEDED,
  meta('Share of new traces that are kept, where no rule says otherwise.', '0.0001'),
  (text) => (text === '' ? ok('') : readRate(text)),
)

/**
 * What daprd makes of a rate, which refuses nothing. Negative is kept: it means that only callers are followed.
 *
 * @returns as `samplingRate` reads it; all else, a list for example, as it was
 * @see dapr `pkg/diagnostics/utils/trace_utils.go` GetTraceSamplingRate
 */
export function readAsDaprd(raw: unknown): unknown {
  if (raw === '' || !['string', 'number', 'boolean'].includes(typeof raw)) return raw
  // Go never sees YAML's own `.inf` and `.nan` as numbers.
  if (typeof raw === 'number' && !Number.isFinite(raw)) return DAPR_RATE
  const value = parseGoFloat(String(raw))
  if (value === undefined) return DAPR_RATE
  // What Go makes of the ratio sampler's bound on amd64: every trace.
  return Number.isNaN(value) ? 1 : Math.min(value, 1)
}

function meta(description: string, fallback: string | undefined): FieldDoc {
  const inRange = ['double(self) >= 0.0', 'double(self) <= 1.0']
  return {
    description,
    type: 'rate',
    ...(fallback === undefined ? {} : { fallback }),
    bounds: {
      type: 'string',
      maxLength: MAX_SCALAR,
      ...celRule([`self.matches(r'(?i)${DECIMAL.source}')`, ...inRange], NEEDED),
    },
  }
}

function readRate(text: string): Result<number, Flaw> {
  const value = parseDecimal(text)
  if (value === undefined) return err({ code: 'RATE_NOT_A_NUMBER', message: cureOf(text) })
  if (value < 0) return err({ code: 'RATE_NEGATIVE', message: NEGATIVE })
  if (value > 1)
    return err({ code: 'RATE_ABOVE_ONE', message: `${NEEDED}; write "1" for every trace` })
  return ok(value)
}

const NEGATIVE = `${NEEDED}; to follow sampled callers only, write "0" and add \`sampling: {}\``

function cureOf(text: string): string {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text)
  return percent === null ? NEEDED : `${NEEDED}; write "${Number(percent[1]) / 100}" for ${text}`
}
