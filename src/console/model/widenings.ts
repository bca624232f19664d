import { LOOKBACKS, lookbackMs, type SearchQuery } from './search-query.ts'

/** A search like the one that found nothing, with one thing let go. */
export interface Widening {
  readonly label: string
  readonly query: SearchQuery
}

interface Filter {
  readonly words: string
  readonly without: SearchQuery
}

/** The filters in force, in words, each with the query that lacks only it. */
export function listFilters(query: SearchQuery): Filter[] {
  const filters: Filter[] = []
  if (query.serviceName !== '')
    filters.push({
      words: `service ${query.serviceName}`,
      without: { ...query, serviceName: '', spanName: '', remoteServiceName: '' },
    })
  if (query.spanName !== '')
    filters.push({ words: `span ${query.spanName}`, without: { ...query, spanName: '' } })
  if (query.remoteServiceName !== '')
    filters.push({
      words: `remote service ${query.remoteServiceName}`,
      without: { ...query, remoteServiceName: '' },
    })
  if (query.annotationQuery !== '')
    filters.push({
      words: `tags ${query.annotationQuery}`,
      without: { ...query, annotationQuery: '' },
    })
  if (query.minDuration !== '')
    filters.push({
      words: `minimum duration ${withUnit(query.minDuration)}`,
      without: { ...query, minDuration: '' },
    })
  if (query.maxDuration !== '')
    filters.push({
      words: `maximum duration ${withUnit(query.maxDuration)}`,
      without: { ...query, maxDuration: '' },
    })
  return filters
}

/** What to try when nothing matched: each filter let go, then more time, then everything. */
export function listWidenings(query: SearchQuery): Widening[] {
  const filters = listFilters(query)
  const widenings: Widening[] = filters.map(({ words, without }) => ({
    label: `without ${words}`,
    query: without,
  }))
  const longest = LOOKBACKS[LOOKBACKS.length - 1] ?? '7d'
  const untilNow = { startMs: undefined, endMs: undefined, millisMs: undefined }
  const isLongest = query.lookback === longest && query.endMs === undefined
  if (!isLongest)
    for (const lookback of ['1h', '1d', longest])
      if (query.endMs !== undefined || lookbackMs(lookback) > windowMs(query))
        widenings.push({
          label: `with the same filters in the last ${lookback}`,
          query: { ...query, ...untilNow, lookback },
        })
  return widenings
}

const windowMs = (query: SearchQuery): number => query.millisMs ?? lookbackMs(query.lookback)

const withUnit = (text: string): string => (/^\d+$/.test(text) ? `${text}µs` : text)
