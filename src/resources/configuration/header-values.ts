import type { Problem } from '../../base/problem.ts'
import type { Environment } from '../expand-environment.ts'
import { HEADER_VALUE, type HeaderSource } from './export-headers.ts'

/** Gives the value under a key of a secret; `undefined` when there is none. */
export type ResolveSecret = (
  name: string,
  key: string,
) => Promise<string | undefined> | string | undefined

export interface HeaderResolution {
  readonly env: Environment
  /** Absent: references are left out, and no problem. */
  readonly resolveSecret: ResolveSecret | undefined
  /** Why there is no such secret, and the cure. */
  readonly whyNoSecret: (name: string, key: string) => string
}

/** The values of headers, as far as they can be had. */
export async function resolveHeaders(
  sources: readonly HeaderSource[] | undefined,
  { env, resolveSecret, whyNoSecret }: HeaderResolution,
  report: (index: number, problem: Pick<Problem, 'code' | 'message'>) => void,
): Promise<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = {}
  for (const [i, { name, value, secretKeyRef, envRef }] of (sources ?? []).entries()) {
    if (value !== undefined) headers[name] = value
    if (resolveSecret === undefined) continue
    let found: string | undefined
    if (envRef !== undefined) {
      found = env[envRef]
      if (found === undefined)
        report(i, {
          code: 'ENV_NOT_SET',
          message: `the environment variable ${envRef} is not set: set it, or leave the header out`,
        })
    }
    if (secretKeyRef !== undefined) {
      const key = secretKeyRef.key ?? secretKeyRef.name
      found = await resolveSecret(secretKeyRef.name, key)
      if (found === undefined)
        report(i, {
          code: 'SECRET_NOT_FOUND',
          message: whyNoSecret(secretKeyRef.name, key),
        })
    }
    if (found === undefined) continue
    if (HEADER_VALUE.test(found)) headers[name] = found
    else
      report(i, {
        code: 'HEADER_INVALID',
        message: 'a header value is one line of ASCII; this one is not',
      })
  }
  return headers
}
