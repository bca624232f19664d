import type { ZipkinSpan } from '../../../wire/zipkin-span.ts'
import { matchesQuery, type TraceQuery } from '../../query/trace-query.ts'
import { uniqueSpans } from '../../query/unique-spans.ts'
import { type Criteria, compileCriteria, leadingBit } from './criteria.ts'
import { readTrace } from './read-trace.ts'
import type { Matches, OpenSegment, Segment } from './segment.ts'
import { formatTraceKey, isSameKey, markOf, type TraceKey } from './trace-key.ts'

export interface SearchOptions {
  readonly isStrict: boolean
  /** Whether the trace may have parts in several segments, or twins in one. */
  readonly isSplit: (key: TraceKey) => boolean
}

/** A part may lie this far from the root that decides whether its trace is in the window. */
const SLACK_US = 600_000_000

interface Candidate {
  readonly startUs: number
  read(): Promise<ZipkinSpan[]>
}

/**
 * Looks for traces from the newest segment to the oldest. Columns give candidates, newest first; each is
 * then read in full and tested, until there are enough. A segment is not looked at when all traces in it
 * are older than those still to be tested.
 */
export async function searchSegments(
  segments: readonly Segment[],
  query: TraceQuery,
  options: SearchOptions,
): Promise<ZipkinSpan[][]> {
  const beginUs = (query.endTsMs - query.lookbackMs) * 1000
  const endUs = query.endTsMs * 1000
  const search = new Search(segments, compileCriteria(query), beginUs, endUs, options)
  const inWindow = segments
    .filter(
      ({ minUs, maxUs }) =>
        maxUs === 0 || (maxUs >= beginUs - SLACK_US && minUs <= endUs + SLACK_US),
    )
    .sort((a, b) => b.maxUs - a.maxUs)
  const found: ZipkinSpan[][] = []
  let waiting: Candidate[] = []
  for (const [index, segment] of inWindow.entries()) {
    waiting = waiting.concat(await search.candidates(segment))
    waiting.sort((a, b) => b.startUs - a.startUs)
    const nextUs = inWindow[index + 1]?.maxUs ?? Number.NEGATIVE_INFINITY
    const ready = waiting.findIndex(({ startUs }) => startUs < nextUs)
    const testable = ready === -1 ? waiting : waiting.slice(0, ready)
    waiting = ready === -1 ? [] : waiting.slice(ready)
    for (const candidate of testable) {
      const spans = await candidate.read()
      if (!matchesQuery(query, spans)) continue
      found.push(spans)
      if (found.length === query.limit) return found
    }
  }
  return found
}

class Search {
  readonly #segments: readonly Segment[]
  readonly #criteria: Criteria
  readonly #beginUs: number
  readonly #endUs: number
  readonly #options: SearchOptions
  readonly #matches = new Map<Segment, Matches | undefined>()
  readonly #opened = new Map<Segment, OpenSegment>()
  readonly #joined = new Set<string>()

  constructor(
    segments: readonly Segment[],
    criteria: Criteria,
    beginUs: number,
    endUs: number,
    options: SearchOptions,
  ) {
    this.#segments = segments
    this.#criteria = criteria
    this.#beginUs = beginUs
    this.#endUs = endUs
    this.#options = options
  }

  async candidates(segment: Segment): Promise<Candidate[]> {
    const open = await this.#openOnce(segment)
    const matches = this.#matchesOf(segment, open)
    if (matches === undefined) return []
    const { all } = this.#criteria
    const lead = leadingBit(this.#criteria)
    const candidates: Candidate[] = []
    for (const ordinal of matches.ordinals) {
      const met = matches.bits(ordinal)
      if ((met & lead) === 0 && all !== 0) continue
      if (this.#options.isSplit(open.keyOf(ordinal))) {
        const joined = await this.#join(open.keyOf(ordinal))
        if (joined !== undefined) candidates.push(joined)
      } else if ((met & all) === all && this.#isNear(open, ordinal))
        candidates.push({
          startUs: open.startUs(ordinal),
          read: async () => uniqueSpans(await open.read(ordinal)),
        })
    }
    return candidates
  }

  /** Waiting is dear where thousands of traces are in pieces. */
  async #openOnce(segment: Segment): Promise<OpenSegment> {
    const open = await segment.open()
    this.#opened.set(segment, open)
    return open
  }

  #isNear(open: OpenSegment, ordinal: number): boolean {
    return open.newestUs(ordinal) >= this.#beginUs && open.startUs(ordinal) <= this.#endUs
  }

  #matchesOf(segment: Segment, open: OpenSegment): Matches | undefined {
    if (!this.#matches.has(segment)) this.#matches.set(segment, open.matches(this.#criteria))
    return this.#matches.get(segment)
  }

  /** Adds up what all parts of a trace meet. Once a trace. */
  async #join(key: TraceKey): Promise<Candidate | undefined> {
    const { isStrict } = this.#options
    const name = formatTraceKey(key, isStrict)
    if (this.#joined.has(name)) return undefined
    this.#joined.add(name)
    let met = 0
    let startUs = 0
    let newestUs = 0
    const mark = markOf(key)
    for (const segment of this.#segments) {
      if (isStrict ? !segment.mayHave(mark) : !segment.hasLow(key.low)) continue
      const open = this.#opened.get(segment) ?? (await this.#openOnce(segment))
      const matches = this.#matchesOf(segment, open)
      for (const ordinal of open.find(key)) {
        if (isStrict && !isSameKey(open.keyOf(ordinal), key)) continue
        met |= matches?.bits(ordinal) ?? 0
        const partUs = open.startUs(ordinal)
        if (partUs !== 0 && (startUs === 0 || partUs < startUs)) startUs = partUs
        newestUs = Math.max(newestUs, open.newestUs(ordinal))
      }
    }
    const { all } = this.#criteria
    if ((met & all) !== all) return undefined
    // To read one costs a hundred times more than to see that it is too old or too young.
    if (newestUs < this.#beginUs || startUs > this.#endUs) return undefined
    return { startUs, read: () => readTrace(this.#segments, key, isStrict) }
  }
}
