import type { ZipkinSpan } from '../../wire/zipkin-span.ts'

/** Names to complete, with how many spans carry each, so that a name leaves with its last span. */
export class NameIndex {
  readonly #autocompleteKeys: ReadonlySet<string>
  readonly #services = new Map<string, ServiceNames>()
  readonly #values = new Map<string, Map<string, number>>()

  constructor(autocompleteKeys: readonly string[]) {
    this.#autocompleteKeys = new Set(autocompleteKeys)
  }

  add(span: ZipkinSpan): void {
    this.#count(span, 1)
  }

  remove(span: ZipkinSpan): void {
    this.#count(span, -1)
  }

  clear(): void {
    this.#services.clear()
    this.#values.clear()
  }

  services(): string[] {
    return [...this.#services.keys()].sort()
  }

  spans(service: string): string[] {
    return sortedKeys(this.#services.get(service)?.spans)
  }

  remotes(service: string): string[] {
    return sortedKeys(this.#services.get(service)?.remotes)
  }

  values(key: string): string[] {
    return sortedKeys(this.#values.get(key))
  }

  #count(span: ZipkinSpan, by: 1 | -1): void {
    const service = span.localEndpoint?.serviceName
    if (service !== undefined) this.#countService(service, span, by)
    if (span.tags === undefined) return
    for (const key of this.#autocompleteKeys) {
      const value = Object.hasOwn(span.tags, key) ? span.tags[key] : undefined
      if (value === undefined) continue
      const values = this.#values.get(key) ?? new Map<string, number>()
      this.#values.set(key, values)
      bump(values, value, by)
    }
  }

  #countService(service: string, span: ZipkinSpan, by: 1 | -1): void {
    let names = this.#services.get(service)
    if (names === undefined) {
      names = { count: 0, spans: new Map(), remotes: new Map() }
      this.#services.set(service, names)
    }
    names.count += by
    if (span.name !== undefined) bump(names.spans, span.name, by)
    const remote = span.remoteEndpoint?.serviceName
    if (remote !== undefined) bump(names.remotes, remote, by)
    if (names.count === 0) this.#services.delete(service)
  }
}

interface ServiceNames {
  count: number
  readonly spans: Map<string, number>
  readonly remotes: Map<string, number>
}

function bump(counts: Map<string, number>, name: string, by: 1 | -1): void {
  const count = (counts.get(name) ?? 0) + by
  if (count === 0) counts.delete(name)
  else counts.set(name, count)
}

const sortedKeys = (counts: ReadonlyMap<string, number> | undefined): string[] =>
  counts === undefined ? [] : [...counts.keys()].sort()
