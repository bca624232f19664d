import { err, ok, type Result } from '../../base/result.ts'
import { type FieldDoc, type Flaw, field } from '../fields.ts'
import type { CodeRange } from './resiliency.ts'

/**
 * A list of status codes such as `429,500-599`. Empty parts are passed over, as in Dapr.
 *
 * @see dapr `pkg/resiliency/retry.go` (`parsePatterns`)
 */
export function codeRanges(description: string, valid: CodeRange) {
  const needed = `codes from ${valid.from} to ${valid.to} such as ${valid.to === 16 ? '4,13-14' : '429,500-599'} are needed`
  const fieldDoc: FieldDoc = { description, type: 'codes and ranges' }
  return field.readScalar(needed, fieldDoc, (text): Result<CodeRange[], Flaw> => {
    const ranges = text
      .split(',')
      .filter((part) => part.trim() !== '')
      .map(readRange)
    const isValid = ({ from, to }: CodeRange) => from >= valid.from && to <= valid.to && from <= to
    return ranges.every((range) => range !== undefined && isValid(range))
      ? ok(ranges as CodeRange[])
      : err({ code: 'CODES_INVALID', message: needed })
  })
}

function readRange(text: string): CodeRange | undefined {
  const [, from, to = from] = /^\s*(\d{1,3})\s*(?:-\s*(\d{1,3})\s*)?$/.exec(text) ?? []
  return from === undefined ? undefined : { from: Number(from), to: Number(to) }
}
