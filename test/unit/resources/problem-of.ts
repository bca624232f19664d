import assert from 'node:assert/strict'
import type { Problem } from '../../../src/base/problem.ts'
import {
  type Configuration,
  type ParsedConfiguration,
  type ParseOptions,
  parseConfiguration,
} from '../../../src/resources/index.ts'

const indent = (lines: readonly string[], by: number): string =>
  lines.map((line) => `${' '.repeat(by)}${line}\n`).join('')

/** A Configuration whose `spec` begins in line 3. */
export const spec = (...lines: readonly string[]): string =>
  `kind: Configuration\nspec:\n${indent(lines, 2)}`

/** A Configuration whose `spec.tracing` begins in line 4. */
export const tracing = (...lines: readonly string[]): string =>
  `kind: Configuration\nspec:\n  tracing:\n${indent(lines, 4)}`

export async function parsed(
  text: string,
  options: Partial<ParseOptions> = {},
): Promise<ParsedConfiguration> {
  const result = await parseConfiguration([{ file: 'f.yaml', text }], { env: {}, ...options })
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}

export const accepted = async (
  text: string,
  options: Partial<ParseOptions> = {},
): Promise<Configuration> => (await parsed(text, options)).configuration

export async function problemsOf(
  text: string,
  options: Partial<ParseOptions> = {},
): Promise<Problem[]> {
  const result = await parseConfiguration([{ file: 'f.yaml', text }], { env: {}, ...options })
  assert.ok(!result.ok, `accepted: ${text}`)
  return result.error
}

/** The one problem that a text has. */
export async function problemOf(
  text: string,
  options: Partial<ParseOptions> = {},
): Promise<Problem> {
  const [problem, ...more] = await problemsOf(text, options)
  assert.deepEqual(more, [], text)
  assert.ok(problem !== undefined)
  return problem
}
