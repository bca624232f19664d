import type { Clock } from '../base/clock.ts'
import { codeOf } from '../base/fault.ts'
import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'
import {
  type EditedOverrides,
  editOverrides,
  type OverrideEdit,
  readResourceFile,
} from '../resources/index.ts'
import type { AnsweredSidecar } from '../wire/diagnosis.ts'
import { replaceFile } from './replace-file.ts'
import { checkTuned } from './tune-file.ts'
import { overrideName, TUNE_PREFIX } from './tune-target.ts'

export interface OverrideChange {
  readonly put: readonly OverrideEdit[]
  /** Names to remove; `undefined` = all that `tune` has made. */
  readonly clear: readonly string[] | undefined
}

/** Nothing is written. */
export interface RefusedChange {
  readonly problems: readonly Problem[]
  /** They are what the file would have with the change. */
  readonly isOfResult: boolean
}

const TRIES = 10

/**
 * Writes a change into a Configuration file. Who is overtaken by another one reads the file anew and tries again.
 *
 * @returns what the edit did; or what is wrong, and nothing is written
 * @throws Fault `FILE_CHANGED` when it was overtaken each time, `FILE_NOT_WRITABLE`
 */
export async function writeOverrides(
  file: string,
  change: OverrideChange,
  readers: readonly AnsweredSidecar[],
  clock: Clock,
): Promise<Result<EditedOverrides, RefusedChange>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await writeOnce(file, change, readers, clock)
    } catch (error) {
      if (codeOf(error) !== 'FILE_CHANGED' || attempt === TRIES) throw error
    }
  }
}

async function writeOnce(
  file: string,
  change: OverrideChange,
  readers: readonly AnsweredSidecar[],
  clock: Clock,
): Promise<Result<EditedOverrides, RefusedChange>> {
  const nowMs = clock.nowUs() / 1_000
  const text = await readResourceFile(file)
  if (!text.ok) return refuse([text.error])
  const edited = changeOverrides(text.value, file, change, nowMs)
  if (!edited.ok) return refuse(edited.error)
  const problems = await checkTuned(file, edited.value.text, readers, nowMs)
  if (problems.length > 0) return refuse(problems, true)
  if (edited.value.text !== text.value)
    await replaceFile(file, text.value, edited.value.text, clock)
  return ok(edited.value)
}

/** Makes a change in the text of a Configuration. What `tune` has made once and is over goes, too. */
export function changeOverrides(
  text: string,
  file: string,
  { put, clear }: OverrideChange,
  nowMs: number,
): Result<EditedOverrides, Problem[]> {
  const isOurs = (name: string): boolean => name.startsWith(TUNE_PREFIX)
  const names = clear && new Set([...clear, ...clear.map(overrideName)])
  const edited = editOverrides(text, file, {
    put,
    drop: (name, untilMs) =>
      (names === undefined ? isOurs(name) : names.has(name)) || (isOurs(name) && untilMs < nowMs),
  })
  if (!edited.ok) return edited
  const { dropped } = edited.value
  const missing = (clear ?? []).filter(
    (each) => !dropped.includes(each) && !dropped.includes(overrideName(each)),
  )
  return missing.length === 0
    ? edited
    : err([
        {
          path: missing.join(', '),
          file,
          code: 'NO_OVERRIDE',
          message: 'no override of that name; sidelight tune --list shows them',
        },
      ])
}

const refuse = (problems: readonly Problem[], isOfResult = false) => err({ problems, isOfResult })
