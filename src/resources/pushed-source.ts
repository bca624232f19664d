import type { ResourceText } from './directory/parse.ts'
import type { Reload } from './reload.ts'
import type { TextSource } from './text-source.ts'

/** Texts that somebody else sends. */
export interface PushedSource extends TextSource {
  /**
   * Replaces all of them.
   *
   * @returns what became of the reading; `undefined` while nobody watches
   */
  push(texts: readonly ResourceText[]): Promise<Reload | undefined>
}

export function createPushedSource(first: readonly ResourceText[]): PushedSource {
  let texts = first
  let watcher: (() => Promise<Reload>) | undefined
  let last: Promise<unknown> = Promise.resolve()
  return {
    read: async () => ({ texts, problems: [] }),
    watch(onChange) {
      watcher = onChange
      return {
        [Symbol.dispose]() {
          watcher = undefined
        },
      }
    },
    push(next) {
      texts = next
      const read = () => watcher?.()
      const done = last.then(read, read)
      last = done
      return done
    },
  }
}
