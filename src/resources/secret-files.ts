import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileState } from './file-state.ts'
import type { SecretSource } from './text-source.ts'

/** Of a header's value; a proxy takes no longer line. */
const MAX_BYTES = 65_536
/** Names of Kubernetes secrets and their keys. Two dots would lead out of the directory. */
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,253}$/

/** Secrets as Kubernetes mounts them: a directory for each secret, a file for each key. None if too large or badly named. */
export function createSecretFiles(directory: string): SecretSource {
  const asked = new Map<string, string>()
  return {
    whyMissing: (name, key) =>
      NAME.test(name) && NAME.test(key)
        ? `the secret has no such value: put it into ${join(directory, name, key)}`
        : 'name and key of a secret are made of letters, digits, ".", "-" and "_"',
    async resolve(name, key) {
      if (!NAME.test(name) || !NAME.test(key)) return undefined
      const file = join(directory, name, key)
      // Before it is read: a change in between is then seen as one.
      asked.set(file, await fileState(file))
      try {
        const state = await stat(file)
        if (!state.isFile() || state.size > MAX_BYTES) return undefined
        // Editors end a file with a newline; no header holds one.
        return (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
      } catch {
        return undefined
      }
    },
    async haveChanged() {
      for (const [file, state] of asked) if ((await fileState(file)) !== state) return true
      return false
    },
  }
}
