import type { MessageMetadata } from '../contract.ts'

/** A message as it lies in a stream. */
export interface StreamEntry {
  /** Milliseconds of Redis' clock, a dash, a number, for example `1767225600000-0`. */
  readonly id: string
  readonly data: Uint8Array
  readonly metadata: MessageMetadata
}

export interface ReadEntries {
  readonly entries: readonly StreamEntry[]
  /** Ids that were trimmed away before they were delivered. */
  readonly gone: readonly string[]
}

const NO_BYTES = new Uint8Array()

/** @param reply of XCLAIM, or of XREADGROUP for one stream: `[[id, [name, value, …]], …]`; names may be any program's */
export function readEntries(reply: unknown): ReadEntries {
  const entries: StreamEntry[] = []
  const gone: string[] = []
  for (const item of listOf(reply)) {
    const [id, fields] = listOf(item)
    if (id === undefined) continue
    if (Array.isArray(fields)) entries.push(readEntry(String(id), fields))
    else gone.push(String(id))
  }
  return { entries, gone }
}

/** Epoch milliseconds at which Redis took the message. */
export function publishedMsOf(id: string): number | undefined {
  const ms = Number(id.split('-')[0])
  // A publisher may choose ids of its own, and small ones are no times.
  return ms > YEAR_2000_MS ? ms : undefined
}

const YEAR_2000_MS = 946_684_800_000

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function readEntry(id: string, fields: readonly unknown[]): StreamEntry {
  let data: Uint8Array = NO_BYTES
  let metadata: MessageMetadata = {}
  for (let n = 0; n + 1 < fields.length; n += 2) {
    const value = fields[n + 1]
    if (!Buffer.isBuffer(value)) continue
    const name = String(fields[n])
    if (name === 'data') data = value
    else if (name === 'metadata') metadata = readMetadata(value.toString())
  }
  return { id, data, metadata }
}

function readMetadata(text: string): MessageMetadata {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return {}
    return Object.fromEntries(
      Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    )
  } catch {
    // Another program's words: the message counts, not they.
    return {}
  }
}
