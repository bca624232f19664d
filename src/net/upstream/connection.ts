import { connect as connectTcp, isIP, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { codeOf, Fault, messageOf } from '../../base/fault.ts'
import { BodyBuffer } from '../body-buffer.ts'
import { ChunkedDecoder } from './chunked-decoder.ts'
import { malformed, parseResponseHead, type ResponseHead } from './response-head.ts'
import type { UpstreamOptions, UpstreamReply } from './upstream-request.ts'

/** What happens to a connection when its exchange is over. */
export interface ConnectionOwner {
  /** It may be used again within `keepAliveMs`. */
  idle(connection: Connection, keepAliveMs: number): void
  closed(connection: Connection): void
}

interface Exchange {
  readonly method: string
  readonly resolve: (reply: UpstreamReply) => void
  readonly reject: (fault: Fault) => void
  isSent: boolean
  head: ResponseHead | undefined
  body: BodyBuffer | undefined
  /** Of a body with a length: what is still to come. */
  left: number
  chunked: ChunkedDecoder | undefined
}

/** All sockets read into it: each chunk is copied before the next read. */
const READ_BUFFER = Buffer.allocUnsafe(65_536)
const HEAD_END = Buffer.from('\r\n\r\n')

/** One keep-alive connection, one exchange at a time. */
export class Connection {
  readonly origin: string
  /** Whether an exchange has been completed on it. */
  isReused = false
  readonly #options: UpstreamOptions
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #connectEvent: 'connect' | 'secureConnect'
  #exchange: Exchange | undefined
  /** The part of a head that has come so far. */
  #pending: Buffer | undefined
  #isConnected = false
  #isPaused = false

  constructor(origin: string, options: UpstreamOptions, owner: ConnectionOwner) {
    this.origin = origin
    this.#options = options
    this.#owner = owner
    const { protocol, hostname, port } = new URL(origin)
    const host = hostname.replace(/^\[|\]$/g, '')
    const onread = {
      buffer: READ_BUFFER,
      callback: (size: number, buffer: Uint8Array): boolean => this.#read(size, buffer),
    }
    this.#socket =
      protocol === 'https:'
        ? connectTls({
            host,
            port: Number(port || 443),
            ...(isIP(host) === 0 ? { servername: host } : {}),
            rejectUnauthorized: options.verifyTls,
            ...options.tls,
            onread,
          } as never)
        : connectTcp({ host, port: Number(port || 80), noDelay: true, onread })
    this.#socket.setTimeout(options.connectTimeoutMs, () => {
      if (!this.#isConnected) this.#fail(refused('connecting took too long'))
    })
    this.#connectEvent = protocol === 'https:' ? 'secureConnect' : 'connect'
    this.#socket.once(this.#connectEvent, () => {
      this.#isConnected = true
      this.#socket.setTimeout(0)
    })
    this.#socket.on('error', (error) => this.#fail(this.#toFault(error)))
    this.#socket.on('end', () => this.#ended())
    this.#socket.on('close', () => {
      this.#fail(broken('the other side closed the connection'))
      owner.closed(this)
    })
  }

  /** Sends a request. `head` ends with its empty line; a body of unknown length is sent in chunks. */
  send(
    method: string,
    head: string,
    body: Readable | Uint8Array | undefined,
    isChunked: boolean,
  ): Promise<UpstreamReply> {
    return new Promise((resolve, reject) => {
      this.#exchange = {
        method,
        resolve,
        reject,
        isSent: false,
        head: undefined,
        body: undefined,
        left: 0,
        chunked: undefined,
      }
      if (body === undefined || body instanceof Uint8Array) {
        this.#socket.write(head, 'latin1')
        if (body !== undefined) this.#socket.write(body)
        this.#exchange.isSent = true
      } else this.#stream(this.#exchange, head, body, isChunked)
    })
  }

  /** Nobody wants the answer any more. */
  abort(): void {
    this.#fail(new Fault('UPSTREAM_ABORTED', 'given up'))
  }

  close(): void {
    this.#socket.destroy()
  }

  #stream(exchange: Exchange, head: string, body: Readable, isChunked: boolean): void {
    const socket = this.#socket
    const onDrain = (): void => void body.resume()
    const start = (): void => {
      if (this.#exchange !== exchange) return
      socket.write(head, 'latin1')
      socket.on('drain', onDrain)
      body.on('data', (chunk: Buffer) => {
        if (this.#exchange !== exchange) return
        if (!writeChunk(socket, chunk, isChunked)) body.pause()
      })
      body.on('end', () => {
        if (this.#exchange !== exchange) return
        if (isChunked) socket.write('0\r\n\r\n', 'latin1')
        exchange.isSent = true
        socket.off('drain', onDrain)
      })
    }
    // Nothing is read from the body before it can be sent on: a refused connection leaves it whole for the next.
    if (this.#isConnected) start()
    else socket.once(this.#connectEvent, start)
    body.on('error', () => undefined)
    body.on('close', () => {
      socket.off('drain', onDrain)
      if (!exchange.isSent && this.#exchange === exchange)
        this.#fail(new Fault('UPSTREAM_ABORTED', 'the request body broke off'))
    })
  }

  #read(size: number, buffer: Uint8Array): boolean {
    const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, size)
    try {
      this.#consume(bytes)
    } catch (error) {
      this.#fail(error instanceof Fault ? error : broken(messageOf(error)))
    }
    return !this.#isPaused
  }

  #consume(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      const exchange = this.#exchange
      if (exchange === undefined) {
        // Bytes that nobody has asked for: the connection cannot be trusted.
        this.#socket.destroy()
        return
      }
      at +=
        exchange.head === undefined
          ? this.#readHead(exchange, bytes, at)
          : this.#readBody(exchange, bytes, at)
    }
  }

  #readHead(exchange: Exchange, bytes: Buffer, from: number): number {
    const held = this.#pending
    const whole =
      held === undefined ? bytes.subarray(from) : Buffer.concat([held, bytes.subarray(from)])
    const end = whole.indexOf(HEAD_END)
    if (end === -1) {
      if (whole.length > this.#options.maxHeaderBytes) throw malformed('its head is too large')
      this.#pending = Buffer.from(whole)
      return bytes.length - from
    }
    this.#pending = undefined
    const used = end + HEAD_END.length - (held?.length ?? 0)
    const text = whole.toString('latin1', 0, end)
    const head = parseResponseHead(text, exchange.method, this.#options.keepAliveMs)
    if (head.status === 101) throw malformed('it switches protocols')
    // 1xx is between the two hops only.
    if (head.status < 200) return used
    exchange.head = head
    exchange.body = new BodyBuffer(
      () => this.#resume(),
      () => this.abort(),
    )
    if (head.framing.kind === 'length') exchange.left = head.framing.bytes
    if (head.framing.kind === 'chunked') exchange.chunked = new ChunkedDecoder()
    exchange.resolve({ status: head.status, headers: head.headers, body: exchange.body })
    if (head.framing.kind === 'none') this.#complete(exchange, head)
    return used
  }

  #readBody(exchange: Exchange, bytes: Buffer, from: number): number {
    const { head, body, chunked } = exchange
    if (head === undefined || body === undefined) throw new Error('a body before its head')
    // The read buffer is used again at once: what is kept must be a copy.
    const push = (chunk: Buffer): void => {
      if (!body.push(Buffer.from(chunk))) this.#isPaused = true
    }
    if (chunked !== undefined) {
      const used = chunked.read(bytes, from, push)
      if (chunked.isDone) this.#complete(exchange, head)
      return used
    }
    const end =
      head.framing.kind === 'length' ? Math.min(bytes.length, from + exchange.left) : bytes.length
    push(bytes.subarray(from, end))
    exchange.left -= end - from
    if (head.framing.kind === 'length' && exchange.left === 0) this.#complete(exchange, head)
    return end - from
  }

  #complete(exchange: Exchange, head: ResponseHead): void {
    this.#exchange = undefined
    // Nobody is left to pause for.
    if (this.#isPaused) this.#resume()
    exchange.body?.finish()
    if (exchange.isSent && head.keepAliveMs > 0) {
      this.isReused = true
      this.#owner.idle(this, head.keepAliveMs)
    } else this.#socket.destroy()
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#socket.resume()
  }

  /** The other side will send no more: the end of an answer without a length, and of no other. */
  #ended(): void {
    const exchange = this.#exchange
    if (exchange?.head?.framing.kind !== 'close') return
    this.#exchange = undefined
    exchange.body?.finish()
    this.#socket.destroy()
  }

  #fail(fault: Fault): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    this.#socket.destroy()
    if (exchange === undefined) return
    if (exchange.body === undefined) exchange.reject(fault)
    else exchange.body.finish(fault)
  }

  #toFault(error: Error): Fault {
    return this.#isConnected
      ? broken(messageOf(error), error)
      : refused(messageOf(error) || (codeOf(error) ?? ''), error)
  }
}

/** Returns `false` when the socket is full. */
function writeChunk(socket: Socket, chunk: Buffer, isChunked: boolean): boolean {
  if (!isChunked) return socket.write(chunk)
  socket.cork()
  socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
  socket.write(chunk)
  const hasRoom = socket.write('\r\n', 'latin1')
  socket.uncork()
  return hasRoom
}

const refused = (message: string, cause?: unknown): Fault =>
  new Fault('UPSTREAM_REFUSED', message, { cause, retryable: true })
const broken = (message: string, cause?: unknown): Fault =>
  new Fault('UPSTREAM_BROKEN', message, { cause })
