import { maskCredentials } from '../../base/mask-credentials.ts'
import type { Configuration } from '../../resources/index.ts'
import type { ConfigurationChange } from '../../wire/sidecar-report.ts'

/** Beyond this, a change is another Configuration. */
const MAX_CHANGES = 100

/** What a change has changed, field by field, without anything secret. */
export function describeChange(before: Configuration, after: Configuration): ConfigurationChange[] {
  const old = new Map<string, string>()
  const young = new Map<string, string>()
  flatten(before, '', old)
  flatten(after, '', young)
  const changes: ConfigurationChange[] = []
  for (const path of new Set([...old.keys(), ...young.keys()])) {
    const [was, is] = [old.get(path), young.get(path)]
    if (was !== is) changes.push({ path, before: show(path, was), after: show(path, is) })
  }
  return changes.slice(0, MAX_CHANGES)
}

function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (value === undefined) return
  if (typeof value !== 'object' || value === null) {
    into.set(path, String(value))
    return
  }
  for (const [key, item] of Object.entries(value)) {
    // A rule is known by its name, wherever it stands in the list.
    const name = Array.isArray(value) ? ((item as { name?: string } | null)?.name ?? key) : key
    flatten(item, path === '' ? name : `${path}.${name}`, into)
  }
}

/** Values of headers may be secret; that they changed may be said. */
const show = (path: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : /\.headers\./.test(path) ? '***' : maskCredentials(text)
