import { formatDuration } from '../../base/short-duration.ts'
import { LOOKBACKS, type SearchQuery } from '../model/search-query.ts'

/** Last 1 minute … last 7 days, an odd length that a link brought, or a range of its own. */
export function TimeSelect(props: {
  id: string
  query: Pick<SearchQuery, 'lookback' | 'millisMs'>
  isRange: boolean
  onChange: (name: string) => void
}) {
  const { lookback, millisMs } = props.query
  return (
    <select
      id={props.id}
      name="lookback"
      value={props.isRange ? 'range' : lookback}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    >
      {millisMs !== undefined && (
        <option value="millis">Last {formatDuration(millisMs * 1000)}</option>
      )}
      {LOOKBACKS.map((name) => (
        <option key={name} value={name}>
          Last {inWords(name)}
        </option>
      ))}
      <option value="range">From – to…</option>
    </select>
  )
}

const UNITS: Readonly<Record<string, string>> = { m: 'minute', h: 'hour', d: 'day' }

const inWords = (name: string): string => {
  const count = Number(name.slice(0, -1))
  return `${count} ${UNITS[name.slice(-1)]}${count === 1 ? '' : 's'}`
}
