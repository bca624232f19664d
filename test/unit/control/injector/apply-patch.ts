import type { PatchOperation } from '../../../../src/control/injector/index.ts'

/** What the API server makes of it: `add` only, and each parent has to be there. @see https://www.rfc-editor.org/rfc/rfc6902#section-4.1 */
export function applyPatch<T>(document: T, patch: readonly PatchOperation[]): T {
  const copy = structuredClone(document)
  for (const { path, value } of patch) {
    const keys = path
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = keys.pop() as string
    let parent: unknown = copy
    for (const key of keys) parent = (parent as Record<string, unknown>)[key]
    if (typeof parent !== 'object' || parent === null) throw new Error(`${path} has no parent`)
    if (Array.isArray(parent)) {
      if (last !== '-') throw new Error(`${path} is no end of a list`)
      parent.push(structuredClone(value))
    } else (parent as Record<string, unknown>)[last] = structuredClone(value)
  }
  return copy
}
