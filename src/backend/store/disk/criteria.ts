import type { TraceQuery } from '../../query/trace-query.ts'
import type { SegmentNames } from './segment-names.ts'
import { hashAnnotation, hashKey, hashTag } from './tag-hash.ts'

/**
 * A query as questions to columns. Each condition is a bit; the bits that the spans of a trace have met, in
 * whatever segment, add up. A trace with all bits is then read and tested in full.
 */
export interface Criteria {
  readonly query: TraceQuery
  readonly all: number
  readonly annotations: readonly AnnotationCriterion[]
}

export interface AnnotationCriterion {
  readonly bit: number
  /** Of the tag with its value; `undefined` asks for the key alone, or for an annotation. */
  readonly tag: number | undefined
  readonly key: number
  readonly annotation: number
}

export const SERVICE_BIT = 1
export const REMOTE_BIT = 2
export const NAME_BIT = 4
export const DURATION_BIT = 8
const FIRST_ANNOTATION_BIT = 16
/** What does not fit into 31 bits is left to the test of the whole trace. */
const MAX_ANNOTATIONS = 26

export function compileCriteria(query: TraceQuery): Criteria {
  const annotations: AnnotationCriterion[] = []
  for (const [key, value] of query.annotations) {
    if (annotations.length === MAX_ANNOTATIONS) break
    const keyHash = hashKey(key)
    annotations.push({
      bit: FIRST_ANNOTATION_BIT << annotations.length,
      tag: value === '' ? undefined : hashTag(keyHash, value),
      key: keyHash,
      annotation: hashAnnotation(key),
    })
  }
  let all = 0
  if (query.serviceName !== undefined) all |= SERVICE_BIT
  if (query.remoteServiceName !== undefined) all |= REMOTE_BIT
  if (query.spanName !== undefined) all |= NAME_BIT
  if (query.minDurationUs !== undefined) all |= DURATION_BIT
  for (const { bit } of annotations) all |= bit
  return { query, all, annotations }
}

/**
 * The condition that leads to traces, the same in every segment: a trace that answers the query meets it in
 * one of them. A tag with its value is rarer than a bare word.
 */
export const leadingAnnotation = ({ annotations }: Criteria): AnnotationCriterion | undefined =>
  annotations.find(({ tag }) => tag !== undefined) ?? annotations[0]

const BY_RARITY = [DURATION_BIT, REMOTE_BIT, NAME_BIT, SERVICE_BIT]

/** The bit of the condition that leads: the rarest, or 0 for a query without any. */
export const leadingBit = (criteria: Criteria): number =>
  leadingAnnotation(criteria)?.bit ?? BY_RARITY.find((bit) => (criteria.all & bit) !== 0) ?? 0

/** A query in the numbers of one segment. */
export interface RowCriteria {
  /** 0 = any service. */
  readonly service: number
  /** -1 = no span here has it. */
  readonly remote: number
  readonly name: number
  readonly minDuration: number
  readonly maxDuration: number
}

/** Durations are kept up to here; a longer span counts as any length above. */
export const MAX_STORED_DURATION = 0x7fffffff
const NOBODY = -1

/** @returns `undefined` when the asked service has no span in the segment: nothing in it counts */
export function toRowCriteria(query: TraceQuery, names: SegmentNames): RowCriteria | undefined {
  const service = query.serviceName === undefined ? 0 : names.find(query.serviceName)
  if (service === undefined) return undefined
  const find = (text: string | undefined): number =>
    text === undefined ? NOBODY : (names.find(text) ?? NOBODY)
  const { minDurationUs = Number.POSITIVE_INFINITY, maxDurationUs = MAX_STORED_DURATION } = query
  return {
    service,
    remote: find(query.remoteServiceName),
    name: find(query.spanName),
    minDuration:
      minDurationUs === Number.POSITIVE_INFINITY
        ? Number.POSITIVE_INFINITY
        : Math.min(minDurationUs, MAX_STORED_DURATION),
    maxDuration: Math.min(maxDurationUs, MAX_STORED_DURATION),
  }
}

/** The bits that a span meets by its names and length. */
export function rowBits(
  row: RowCriteria,
  service: number,
  remote: number,
  name: number,
  duration: number,
): number {
  let bits = row.service === 0 ? 0 : SERVICE_BIT
  if (row.service !== 0 && service !== row.service) return 0
  if (remote === row.remote) bits |= REMOTE_BIT
  if (name === row.name) bits |= NAME_BIT
  if (
    duration >= row.minDuration &&
    (duration <= row.maxDuration || duration === MAX_STORED_DURATION)
  )
    bits |= DURATION_BIT
  return bits
}
