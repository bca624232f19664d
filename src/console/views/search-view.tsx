import { useEffect } from 'preact/hooks'
import { getServices } from '../api.ts'
import { nowMs } from '../clock.ts'
import { parseSearchQuery, toApiParams } from '../model/search-query.ts'
import { Notice } from '../parts/notice.tsx'
import { SearchForm } from '../parts/search-form.tsx'
import { params } from '../router.ts'
import { learnServices } from '../service-colors.ts'
import type { Settings } from '../settings.ts'
import { useRemote } from '../use-remote.ts'
import { SearchResults } from './search-results.tsx'

export function SearchView({ settings }: { settings: Settings }) {
  const query = parseSearchQuery(params.value, {
    lookbackMs: settings.defaultLookbackMs,
    limit: settings.queryLimit,
  })
  const services = useRemote('services', getServices)
  useEffect(() => learnServices(services.value ?? []), [services.value])
  if (!settings.searchEnabled) return <SearchDisabled />
  const { problems } = toApiParams(query, nowMs())
  return (
    <div class="search">
      <SearchForm query={query} services={services.value ?? []} problems={problems} />
      {Object.keys(problems).length === 0 ? (
        <SearchResults query={query} services={services.value} onRefresh={services.reload} />
      ) : (
        <Notice title="This search cannot be run yet">
          <ul>
            {Object.entries(problems).map(([field, words]) => (
              <li key={field}>
                <code>{field}</code>: {words}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  )
}

function SearchDisabled() {
  return (
    <Notice title="Search is turned off in this backend">
      <p>
        It runs with search disabled (<code>--search=false</code>, or{' '}
        <code>SEARCH_ENABLED=false</code> on a stock Zipkin), so it keeps no index. A trace still
        opens by its id: paste one into the <strong>Trace ID</strong> box above (press <kbd>g</kbd>
        ). Ids stand in the <code>traceparent</code> header and in log lines.
      </p>
    </Notice>
  )
}
