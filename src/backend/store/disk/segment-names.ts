/** How names are written down with a segment. */
export interface StoredNames {
  /** Number of a name = its place here plus one; 0 is no name. */
  readonly texts: readonly string[]
  /** Service, its span names, its remote services, as numbers. */
  readonly services: readonly (readonly [number, readonly number[], readonly number[]])[]
  readonly values: Readonly<Record<string, readonly string[]>>
}

const RECENT = 256

/** The names in one segment: text to number for the columns, and what a user may choose from. */
export class SegmentNames {
  readonly #numbers = new Map<string, number>()
  readonly #texts: string[] = []
  readonly #services = new Map<number, { spans: Set<number>; remotes: Set<number> }>()
  readonly #values = new Map<string, Set<string>>()
  /** Triples that were added lately: most spans are like one before. */
  readonly #recent = new Int32Array(RECENT * 3)

  static restore(stored: StoredNames): SegmentNames {
    const names = new SegmentNames()
    for (const text of stored.texts) names.numberOf(text)
    for (const [service, spans, remotes] of stored.services)
      names.#services.set(service, { spans: new Set(spans), remotes: new Set(remotes) })
    for (const [key, values] of Object.entries(stored.values))
      names.#values.set(key, new Set(values))
    return names
  }

  store(): StoredNames {
    return {
      texts: this.#texts,
      services: [...this.#services].map(([service, { spans, remotes }]) => [
        service,
        [...spans],
        [...remotes],
      ]),
      values: Object.fromEntries([...this.#values].map(([key, values]) => [key, [...values]])),
    }
  }

  /** Gives the name a number if it has none. */
  numberOf(text: string | undefined): number {
    if (text === undefined) return 0
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.#texts.push(text)
    this.#numbers.set(text, number)
    return number
  }

  /** `undefined` = no span here has it. */
  find(text: string): number | undefined {
    return this.#numbers.get(text)
  }

  textOf(number: number): string {
    return this.#texts[number - 1] ?? ''
  }

  addSpan(service: number, name: number, remote: number): void {
    if (service === 0) return
    const place = ((service * 31 + name) * 31 + remote) & (RECENT - 1)
    const recent = this.#recent
    const at = place * 3
    if (recent[at] === service && recent[at + 1] === name && recent[at + 2] === remote) return
    recent[at] = service
    recent[at + 1] = name
    recent[at + 2] = remote
    let known = this.#services.get(service)
    if (known === undefined) {
      known = { spans: new Set(), remotes: new Set() }
      this.#services.set(service, known)
    }
    if (name !== 0) known.spans.add(name)
    if (remote !== 0) known.remotes.add(remote)
  }

  addValue(key: string, value: string): void {
    const values = this.#values.get(key)
    if (values === undefined) this.#values.set(key, new Set([value]))
    else values.add(value)
  }

  collectServices(into: Set<string>): void {
    for (const number of this.#services.keys()) into.add(this.textOf(number))
  }

  collect(list: 'spans' | 'remotes', service: string, into: Set<string>): void {
    const known = this.#services.get(this.#numbers.get(service) ?? 0)
    if (known === undefined) return
    for (const number of known[list]) into.add(this.textOf(number))
  }

  collectValues(key: string, into: Set<string>): void {
    for (const value of this.#values.get(key) ?? []) into.add(value)
  }
}
