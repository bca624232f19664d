import { pipeline, Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import type { Clock } from '../base/clock.ts'
import { BodyBuffer } from './body-buffer.ts'
import type { BodyStream } from './message.ts'

/** After so long requests are served before the next part is made. */
const SLICE_MS = 1
/** Small parts are sent together. */
const CHUNK_CHARS = 16_384
/** Text of this kind is a tenth of its size already; more would only cost time. */
const GZIP_LEVEL = 1

/** A long body that is made while it is sent: never all of it in memory, never in the way of requests. */
export function streamText(
  parts: Iterable<string>,
  clock: Clock,
  options: { readonly gzip: boolean },
): BodyStream {
  const text = Readable.from(inSlices(parts, clock), { objectMode: false })
  // The end of either is the end of both; a failure is the body's.
  const out = options.gzip
    ? pipeline(text, createGzip({ level: GZIP_LEVEL }), () => undefined)
    : text
  const body = new BodyBuffer(
    () => out.resume(),
    () => out.destroy(),
  )
  out.on('data', (chunk: Uint8Array) => {
    if (!body.push(chunk)) out.pause()
  })
  out.on('end', () => body.finish())
  out.on('error', (error) => body.finish(error))
  return body
}

/** Joins parts to chunks, and lets others have a turn whenever its time is up. */
export async function* inSlices(
  parts: Iterable<string>,
  clock: Pick<Clock, 'elapsedMs'>,
): AsyncGenerator<string, void, void> {
  let chunk = ''
  let sinceMs = clock.elapsedMs()
  for (const part of parts) {
    chunk += part
    const isOver = clock.elapsedMs() - sinceMs >= SLICE_MS
    if (isOver || chunk.length >= CHUNK_CHARS) {
      yield chunk
      chunk = ''
    }
    if (!isOver) continue
    await nextTurn()
    sinceMs = clock.elapsedMs()
  }
  if (chunk !== '') yield chunk
}
