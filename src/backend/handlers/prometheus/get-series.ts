import { type Labels, labelValue } from '../../../wire/labels.ts'
import type { Handler } from '../../exchange.ts'
import type { BackendParts } from '../../parts.ts'
import { success } from './envelope.ts'
import { formatLabels } from './format-result.ts'
import { badParameter, readSpan } from './parameters.ts'
import { missing, readSelectors, withParameters } from './prometheus-parts.ts'

const EVER = { startMs: Number.MIN_SAFE_INTEGER, endMs: Number.MAX_SAFE_INTEGER }

/** `GET /api/v1/series?match[]=up`: the label sets that have samples in the time. */
export const getSeries = (parts: BackendParts): Handler =>
  withParameters(async (parameters) => {
    if (!parameters.has('match[]')) throw missing('match[]')
    const found = await matching(parts, parameters)
    return success(`[${limited(parameters, [...found.values()].map(formatLabels))}]`)
  })

/** `GET /api/v1/labels`: names of labels. */
export const getLabels = (parts: BackendParts): Handler =>
  withParameters(async (parameters) => {
    const found = await matching(parts, parameters)
    return success(sortedList(parameters, names(found.values())))
  })

/** `GET /api/v1/label/app_id/values`. */
export const getLabelValues = (parts: BackendParts): Handler =>
  withParameters(async (parameters, { parameters: { name = '' } }) => {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw badParameter('name', 'not a label’s name')
    const found = await matching(parts, parameters)
    const values = new Set(Array.from(found.values(), (labels) => labelValue(labels, name)))
    values.delete('')
    return success(sortedList(parameters, values))
  })

/** By key, so that a series that two selectors accept is there once. */
async function matching(
  { samples }: BackendParts,
  parameters: URLSearchParams,
): Promise<ReadonlyMap<string, Labels>> {
  const { startMs, endMs } = readSpan(parameters, EVER)
  const selectors = await readSelectors(parameters)
  const found = new Map<string, Labels>()
  // The start belongs to the time here.
  for (const matchers of selectors.length === 0 ? [[]] : selectors)
    for (const labels of samples.series(matchers, startMs - 1, endMs)) found.set(labels.key, labels)
  return found
}

function names(series: Iterable<Labels>): Set<string> {
  const found = new Set<string>()
  for (const { pairs } of series) for (const [name] of pairs) found.add(name)
  return found
}

const sortedList = (parameters: URLSearchParams, texts: ReadonlySet<string>): string =>
  JSON.stringify(limited(parameters, [...texts].sort()))

/** 0 is no limit. */
function limited<T>(parameters: URLSearchParams, list: readonly T[]): readonly T[] {
  const text = parameters.get('limit') ?? '0'
  if (!/^\d+$/.test(text)) throw badParameter('limit', 'limit must be a non-negative number')
  return Number(text) === 0 ? list : list.slice(0, Number(text))
}
