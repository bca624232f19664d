import type { ResourceDocument } from './yaml-source.ts'

/** The resources of a document: `kubectl get -o yaml` wraps what it shows into a list. */
export function itemsOf(document: ResourceDocument): ResourceDocument[] {
  const { items } = (document.value ?? {}) as { readonly items?: unknown }
  if (!document.kind?.endsWith('List') || !Array.isArray(items)) return [document]
  return items.map((value: unknown, i) => {
    const kind = (value as { readonly kind?: unknown } | null)?.kind
    return {
      kind: typeof kind === 'string' ? kind : undefined,
      value,
      lineOf: (path) => document.lineOf(['items', i, ...path]),
    }
  })
}
