import type { Clock } from '../base/clock.ts'
import { fileState } from './file-state.ts'
import { readTexts } from './read-texts.ts'
import type { TextSource } from './text-source.ts'
import { watchState } from './watch-state.ts'

/** Files by name, in their order. */
export function createFileSource(files: readonly string[], clock: Clock): TextSource {
  const state = async (): Promise<string> => (await Promise.all(files.map(fileState))).join(' ')
  let seen: string | undefined
  return {
    async read() {
      // Before the texts: a change in between is then seen as one.
      seen ??= await state()
      return readTexts(files)
    },
    watch: (onChange, isStale) => watchState(seen ?? '', { state, isStale, clock, onChange }),
  }
}
