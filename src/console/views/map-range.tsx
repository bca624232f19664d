import { nowMs } from '../clock.ts'
import { type SearchQuery, searchWindow } from '../model/search-query.ts'
import { formatLocalInput, parseLocalInput } from '../model/times.ts'
import { setParams } from '../router.ts'

/** From–to of the service map; applied as soon as a field holds a time. */
export function MapRange({ query }: { query: SearchQuery }) {
  const { startMs, endMs } = searchWindow(query, nowMs())
  const set = (name: 'startTs' | 'endTs', text: string): void => {
    const epochMs = parseLocalInput(text)
    if (epochMs !== undefined) setParams({ [name]: String(epochMs) })
  }
  return (
    <>
      <input
        type="datetime-local"
        step="1"
        aria-label="From"
        value={formatLocalInput(startMs)}
        onChange={(event) => set('startTs', event.currentTarget.value)}
      />
      <span>to</span>
      <input
        type="datetime-local"
        step="1"
        aria-label="To"
        value={formatLocalInput(endMs)}
        onChange={(event) => set('endTs', event.currentTarget.value)}
      />
    </>
  )
}
