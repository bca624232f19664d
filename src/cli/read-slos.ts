import { readFile } from 'node:fs/promises'
import { codeOf, Fault } from '../base/fault.ts'
import type { Problem } from '../base/problem.ts'
import { ok, type Result } from '../base/result.ts'
import { DEFAULT_SLOS, parseSlos, type Slo } from '../dashboards/index.ts'

export interface ReadSlos {
  readonly slos: readonly Slo[]
  readonly text: string
}

/**
 * @param file `undefined` = the objectives that nobody has to write
 * @throws Fault `FILE_UNREADABLE`
 */
export async function readSlos(
  file: string | undefined,
): Promise<Result<ReadSlos, readonly Problem[]>> {
  const text = file === undefined ? DEFAULT_SLOS : await read(file)
  const slos = parseSlos(text, file ?? '')
  return slos.ok ? ok({ slos: slos.value, text }) : slos
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new Fault('FILE_UNREADABLE', `${path} cannot be read (${codeOf(cause)})`, { cause })
  }
}
