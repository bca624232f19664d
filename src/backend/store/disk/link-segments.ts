import { type DependencyLink, LinkSum, linkTrace } from '../../query/dependency-linker.ts'
import { toLinkSpan } from '../../query/link-span.ts'
import { readTrace } from './read-trace.ts'
import type { OpenSegment, Segment } from './segment.ts'
import type { SegmentNames } from './segment-names.ts'
import { formatTraceKey, type TraceKey } from './trace-key.ts'

interface Links {
  /** As many spans the trace had when it was linked; more mean that it must be linked again. */
  readonly spans: number
  readonly links: readonly (readonly [parent: string, child: string, isError: boolean])[]
}

/** A trace that is linked from its spans: in pieces, or perhaps outside the window. */
interface Apart {
  readonly key: TraceKey
  readonly isSure: boolean
}

const MAX_KEPT = 50_000

/** Dependencies over segments. The links of a whole trace lie beside it; those in pieces are linked here. */
export class SegmentLinker {
  readonly #isSplit: (low: number) => boolean
  readonly #kept = new Map<string, Links>()

  constructor(isSplit: (low: number) => boolean) {
    this.#isSplit = isSplit
  }

  async link(
    segments: readonly Segment[],
    beginUs: number,
    endUs: number,
  ): Promise<DependencyLink[]> {
    const sum = new LinkSum()
    const apart = new Map<string, Apart>()
    const isInside = (us: number): boolean => us >= beginUs && us <= endUs
    for (const segment of segments) {
      if (segment.maxUs < beginUs || segment.minUs > endUs) continue
      const open = await segment.open()
      const counts: number[] = []
      for (let ordinal = 0; ordinal < open.traceCount; ordinal++) {
        const startUs = open.startUs(ordinal)
        const newestUs = open.newestUs(ordinal)
        if (newestUs === 0 || newestUs < beginUs || startUs > endUs) continue
        const isSure = isInside(startUs) || isInside(newestUs)
        if (isSure && !this.#isSplit(open.lowOf(ordinal))) {
          count(open.links(ordinal), counts)
          continue
        }
        const key = open.keyOf(ordinal)
        const name = formatTraceKey(key, false)
        apart.set(name, { key, isSure: isSure || apart.get(name)?.isSure === true })
      }
      addCounts(segment.names, open.linkTable, counts, sum)
    }
    for (const [name, { key, isSure }] of apart) {
      // A trace that began before the window and ended behind it may have no span inside.
      if (
        !isSure &&
        !(await readTrace(segments, key, false)).some(({ timestamp = 0 }) => isInside(timestamp))
      )
        continue
      for (const [parent, child, isError] of await this.#linkApart(segments, name, key))
        sum.add(parent, child, 1, isError ? 1 : 0)
    }
    return sum.links()
  }

  async #linkApart(
    segments: readonly Segment[],
    name: string,
    key: TraceKey,
  ): Promise<Links['links']> {
    let spans = 0
    for (const segment of segments) {
      if (!segment.hasLow(key.low)) continue
      const open = await segment.open()
      for (const ordinal of open.find(key)) spans += open.spansOf(ordinal)
    }
    const kept = this.#kept.get(name)
    if (kept?.spans === spans) return kept.links
    const links: [string, string, boolean][] = []
    const trace = await readTrace(segments, key, false)
    linkTrace(trace.map(toLinkSpan), (...link) => links.push(link))
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear()
    this.#kept.set(name, { spans, links })
    return links
  }
}

function count(codes: ArrayLike<number>, counts: number[]): void {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number
    counts[code] = (counts[code] ?? 0) + 1
  }
}

function addCounts(
  names: SegmentNames,
  table: OpenSegment['linkTable'],
  counts: readonly number[],
  sum: LinkSum,
): void {
  table.forEach(([parent, child], place) => {
    const errors = counts[place * 2 + 1] ?? 0
    const calls = (counts[place * 2] ?? 0) + errors
    if (calls > 0) sum.add(names.textOf(parent), names.textOf(child), calls, errors)
  })
}
