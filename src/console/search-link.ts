import { formatSearchQuery, type SearchQuery } from './model/search-query.ts'
import { navigate } from './router.ts'

/** The link to a search, relative to the mount. */
export const searchHref = (query: SearchQuery): string => `./?${formatSearchQuery(query)}`

/** Writes a query to the URL; the page follows from it. */
export const runSearch = (query: SearchQuery, { replace = false } = {}): void =>
  navigate(searchHref(query), { replace })
