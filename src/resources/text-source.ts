import type { Problem } from '../base/problem.ts'
import type { ResourceText } from './directory/parse.ts'
import type { Reload } from './reload.ts'

/** Where the texts of resources come from: files, directories, or whoever sends them. */
export interface TextSource {
  /** All of them as they are now, and what could not be read. */
  read(): Promise<ReadTexts>
  /**
   * Calls `onChange` after changes since the first `read`. The next one waits for it.
   *
   * @param isStale something else asks for a new reading
   */
  watch(onChange: () => Promise<Reload>, isStale?: () => Promise<boolean>): Disposable
}

export interface ReadTexts {
  readonly texts: readonly ResourceText[]
  readonly problems: readonly Problem[]
}

/** Where the values are that resources refer to by `secretKeyRef`. */
export interface SecretSource {
  /** The value under a key of a secret; `undefined` when there is none. */
  resolve(name: string, key: string): Promise<string | undefined>
  /** Why there is none, and the cure. */
  whyMissing(name: string, key: string): string
  /** Whether a value that was asked for is another one by now. */
  haveChanged(): Promise<boolean>
}
