import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly reason: string
  /** [name, value] as received: order, case and duplicates kept. */
  readonly headers: readonly (readonly [string, string])[]
  /** First value by case-insensitive name. */
  header(name: string): string | undefined
  /** Without the chunk framing. */
  readonly body: Buffer
}

export interface RawConnection extends AsyncDisposable {
  readonly socket: Socket
  /** Everything received that no answer has taken yet. */
  readonly pending: Buffer
  /** Strings are latin1, byte for byte. */
  send(bytes: string | Buffer): Promise<void>
  /** Reads one answer. `bodyless` for the answer to HEAD. */
  readAnswer(options?: {
    readonly bodyless?: boolean
    readonly deadlineMs?: number
  }): Promise<RawAnswer>
  /** Waits until the other side ends the connection; gives what no answer has taken. */
  readToEnd(options?: { readonly deadlineMs?: number }): Promise<Buffer>
}

/** A bare socket: for requests that no client library would send, and answers as they stand. */
export async function openRaw(port: number, host = '127.0.0.1'): Promise<RawConnection> {
  const socket = connect({ port, host, noDelay: true })
  let received: Buffer = Buffer.alloc(0)
  let ended = false
  const watchers = new Set<() => void>()
  const changed = (): void => {
    for (const watch of watchers) watch()
  }
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    changed()
  })
  for (const event of ['end', 'close', 'error'])
    socket.on(event, () => {
      ended = true
      changed()
    })
  await once(socket, 'connect')

  /** Asks `take` after each change until it gives something. */
  const waitFor = <T>(take: () => T | undefined, deadlineMs: number): Promise<T> =>
    new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer)
        watchers.delete(look)
      }
      const fail = (why: string): void => {
        finish()
        reject(new Error(`${why}; received: ${JSON.stringify(received.toString('latin1'))}`))
      }
      const timer = setTimeout(() => fail(`no full answer within ${deadlineMs} ms`), deadlineMs)
      const look = (): void => {
        const value = take()
        if (value !== undefined) {
          finish()
          resolve(value)
        } else if (ended) fail('the connection ended before the answer was whole')
      }
      watchers.add(look)
      look()
    })

  return {
    socket,
    get pending() {
      return received
    },
    send: (bytes) =>
      new Promise((resolve, reject) => {
        const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
        socket.write(data, (error) => (error ? reject(error) : resolve()))
      }),
    readAnswer: ({ bodyless = false, deadlineMs = 5000 } = {}) =>
      waitFor(() => {
        const parsed = parseAnswer(received, { bodyless, ended })
        if (parsed === undefined) return undefined
        received = received.subarray(parsed.used)
        return parsed.answer
      }, deadlineMs),
    readToEnd: ({ deadlineMs = 5000 } = {}) =>
      waitFor(() => {
        if (!ended) return undefined
        const rest = received
        received = Buffer.alloc(0)
        return rest
      }, deadlineMs),
    async [Symbol.asyncDispose]() {
      if (socket.closed) return
      socket.destroy()
      await once(socket, 'close')
    },
  }
}

/** One request on a connection of its own: sends, reads one answer, closes. */
export async function rawRequest(port: number, bytes: string | Buffer): Promise<RawAnswer> {
  await using connection = await openRaw(port)
  await connection.send(bytes)
  return await connection.readAnswer()
}

interface Parsed {
  readonly answer: RawAnswer
  readonly used: number
}

function parseAnswer(
  bytes: Buffer,
  { bodyless, ended }: { readonly bodyless: boolean; readonly ended: boolean },
): Parsed | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n')
  const [, code = '', reason = ''] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(statusLine) ?? []
  if (code === '') throw new Error(`not an HTTP answer: ${JSON.stringify(statusLine)}`)
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
  })
  const header = (name: string): string | undefined =>
    headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
  const status = Number(code)
  const start = headEnd + 4
  const done = (body: Buffer, used: number): Parsed => ({
    answer: { status, reason, headers, header, body },
    used,
  })

  if (bodyless || status < 200 || status === 204 || status === 304)
    return done(Buffer.alloc(0), start)
  if (/\bchunked$/i.test(header('transfer-encoding') ?? '')) return dechunk(bytes, start, done)
  const length = header('content-length')
  if (length !== undefined) {
    const end = start + Number(length)
    return bytes.length < end ? undefined : done(bytes.subarray(start, end), end)
  }
  return ended ? done(bytes.subarray(start), bytes.length) : undefined
}

function dechunk(
  bytes: Buffer,
  start: number,
  done: (body: Buffer, used: number) => Parsed,
): Parsed | undefined {
  const parts: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16)
    const data = lineEnd + 2
    if (size === 0) {
      if (bytes.subarray(data, data + 2).toString('latin1') === '\r\n')
        return done(Buffer.concat(parts), data + 2)
      const trailersEnd = bytes.indexOf('\r\n\r\n', data)
      return trailersEnd === -1 ? undefined : done(Buffer.concat(parts), trailersEnd + 4)
    }
    if (bytes.length < data + size + 2) return undefined
    parts.push(bytes.subarray(data, data + size))
    at = data + size + 2
  }
}
