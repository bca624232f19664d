import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { quantile } from './spread.ts'

export interface LoadSettings {
  readonly port: number
  /** Bytes of one whole request; a function makes each one anew. */
  readonly request: string | (() => string)
  /** Default: HTTP, in which 2xx is well. */
  readonly protocol?: Protocol
  /** Requests a second, sent on schedule whatever comes back; 0: as fast as answers come. */
  readonly rate: number
  readonly seconds: number
  readonly connections?: number
  /** Ends the load before its time. */
  readonly signal?: AbortSignal
}

/** How answers are told apart. */
export interface Protocol {
  /** Where the first answer ends; `undefined` while it is not whole. */
  end(text: string): number | undefined
  isWell(text: string): boolean
}

export interface LoadResult {
  readonly requests: number
  readonly failures: number
  readonly perSecond: number
  /** From the moment the schedule meant it to start, so a stall counts against all it delays. */
  readonly p50Ms: number
  readonly p99Ms: number
}

interface Lane {
  readonly socket: Socket
  /** When the request now under way was meant to start. */
  startedAt: number
  pending: string
}

/** Open (rate > 0) or closed loop over bare sockets: one request at a time on each connection. */
export async function generateLoad(settings: LoadSettings): Promise<LoadResult> {
  const { port, request, rate, seconds, connections = 32, protocol = HTTP } = settings
  const makeRequest = typeof request === 'string' ? () => request : request
  const latencies: number[] = []
  const idle: Lane[] = []
  const waiting: number[] = []
  let failures = 0
  let underWay = 0
  let open = true
  let settled: () => void = () => undefined

  const send = (lane: Lane, startedAt: number): void => {
    lane.startedAt = startedAt
    underWay++
    lane.socket.write(makeRequest(), 'latin1')
  }
  const next = (lane: Lane): void => {
    if (!open) {
      if (underWay === 0) settled()
    } else if (rate === 0) send(lane, performance.now())
    else {
      const startedAt = waiting.shift()
      if (startedAt === undefined) idle.push(lane)
      else send(lane, startedAt)
    }
  }
  const receive = (lane: Lane, chunk: string): void => {
    lane.pending += chunk
    const end = protocol.end(lane.pending)
    if (end === undefined) return
    if (!protocol.isWell(lane.pending)) failures++
    lane.pending = lane.pending.slice(end)
    latencies.push(performance.now() - lane.startedAt)
    underWay--
    next(lane)
  }

  const lanes = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1')
      const lane: Lane = { socket, startedAt: 0, pending: '' }
      socket.on('data', (chunk) => receive(lane, String(chunk)))
      socket.on('error', () => failures++)
      // A server may close a connection that was never used.
      socket.on('close', () => {
        const at = idle.indexOf(lane)
        if (at !== -1) idle.splice(at, 1)
      })
      await once(socket, 'connect')
      return lane
    }),
  )

  const began = performance.now()
  const done = new Promise<void>((resolve) => {
    settled = resolve
  })
  if (rate === 0) for (const lane of lanes) send(lane, began)
  else idle.push(...lanes)

  await new Promise<void>((resolve) => {
    let scheduled = 0
    const tick = (): void => {
      const now = performance.now()
      for (; rate > 0 && began + (scheduled * 1000) / rate <= now; scheduled++) {
        const startedAt = began + (scheduled * 1000) / rate
        const lane = idle.pop()
        if (lane === undefined) waiting.push(startedAt)
        else send(lane, startedAt)
      }
      if (now - began < seconds * 1000 && !settings.signal?.aborted)
        setTimeout(tick, rate > 0 ? 1 : 50)
      else resolve()
    }
    tick()
  })
  open = false
  const elapsed = (performance.now() - began) / 1000
  if (underWay > 0) await Promise.race([done, once(AbortSignal.timeout(5000), 'abort')])
  // What an early end has kept from being sent has not failed.
  failures += underWay + (settings.signal?.aborted ? 0 : waiting.length)
  for (const { socket } of lanes) socket.destroy()

  const sorted = Float64Array.from(latencies).sort()
  return {
    requests: latencies.length,
    failures,
    perSecond: latencies.length / elapsed,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
  }
}

/** Where the first answer ends: a length or chunks, which is all that the comparators send. */
function answerEnd(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const body = headEnd + 4
  if (/^HTTP\/1\.1 [23]04/.test(text)) return body
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, headEnd + 2))?.[1]
  if (length !== undefined)
    return text.length >= body + Number(length) ? body + Number(length) : undefined
  const last = text.indexOf('0\r\n\r\n', body)
  return last === -1 ? undefined : last + 5
}

const HTTP: Protocol = {
  end: answerEnd,
  isWell: (text) => text.startsWith('HTTP/1.1 2'),
}
