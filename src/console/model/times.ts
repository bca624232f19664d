import { formatDuration } from '../../base/short-duration.ts'

const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const DAY_TIME = new Intl.DateTimeFormat('en-GB', {
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** Local wall-clock time of an epoch in milliseconds: `17:04:09`. */
export const formatTime = (epochMs: number): string => TIME.format(epochMs)

/** Local date and time with milliseconds: `22 Nov, 17:04:09.125`. */
export const formatExact = (epochMs: number): string =>
  `${DAY_TIME.format(epochMs)}.${String(Math.floor(epochMs) % 1000).padStart(3, '0')}`

/** `now`, `12s ago`, `5m ago`, `3h ago`, `2d ago`: one unit, since lists are compared by eye. */
export function formatAgo(epochMs: number, nowMs: number): string {
  const seconds = Math.round((nowMs - epochMs) / 1000)
  if (seconds < 0) return `in ${formatDuration(-seconds * 1_000_000)}`
  if (seconds < 2) return 'now'
  if (seconds < 60) return `${seconds}s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ago`
  return `${Math.floor(seconds / 86_400)}d ago`
}

/** Value of `<input type="datetime-local">` for an epoch, in the browser's zone. */
export function formatLocalInput(epochMs: number): string {
  const date = new Date(epochMs)
  const two = (n: number): string => String(n).padStart(2, '0')
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}` +
    `T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  )
}

/** Epoch milliseconds of a `datetime-local` value, or `undefined` when it is empty or not a time. */
export function parseLocalInput(text: string): number | undefined {
  const epochMs = new Date(text).getTime()
  return Number.isNaN(epochMs) ? undefined : epochMs
}
