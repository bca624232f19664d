import type { Clock } from '../../../base/clock.ts'
import { codeOf, Fault, messageOf } from '../../../base/fault.ts'
import { maskCredentials } from '../../../base/mask-credentials.ts'
import { ok, type Result } from '../../../base/result.ts'
import type { Sender } from '../../../net/index.ts'
import { decodeZipkinSpans } from '../../../wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../../wire/zipkin-span.ts'
import type { DependencyLink } from '../../query/dependency-linker.ts'
import type { TraceQuery } from '../../query/trace-query.ts'
import type {
  PreparedBatch,
  SpanBatch,
  TraceStore,
  TraceStoreHealth,
  TraceStoreStats,
} from '../contract.ts'

export interface UpstreamStoreDeps {
  readonly clock: Clock
  readonly sender: Pick<Sender, 'post' | 'read'>
  /** Told of each answer; status 0 = there was none. */
  readonly onAnswer: (status: number) => void
}

const TIMEOUT_MS = 10_000
/** Of one answer: a search for large traces has tens of megabytes. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const CHECK_INTERVAL_MS = 10_000
const JSON_TYPE = 'application/json'
const NOTHING: TraceStoreStats = {
  spans: 0,
  bytes: 0,
  segments: 0,
  evictedSpans: 0,
  lostBytes: 0,
}

/**
 * Somebody else's store that speaks Zipkin's API, behind our console: a Zipkin on Cassandra or Elasticsearch, a Tempo with
 * its Zipkin door. Nothing is kept here; what comes in is passed on.
 *
 * @param url its root, for example `http://zipkin:9411`; a user and password in it are sent, and shown nowhere
 * @throws Fault `TRACE_STORE_UPSTREAM` (retryable) of each method while it does not answer
 */
export function openUpstreamTraceStore(url: string, deps: UpstreamStoreDeps): TraceStore {
  return new UpstreamTraceStore(url, deps)
}

class UpstreamTraceStore implements TraceStore {
  readonly #api: string
  readonly #name: string
  readonly #deps: UpstreamStoreDeps
  readonly #closing = new AbortController()
  #health: TraceStoreHealth = { isUp: true }
  #cancelCheck = (): void => undefined

  constructor(url: string, deps: UpstreamStoreDeps) {
    this.#api = `${url.replace(/\/+$/, '')}/api/v2`
    this.#name = maskCredentials(url)
    this.#deps = deps
    this.#checkLater(0)
  }

  prepare(body: Uint8Array): Result<PreparedBatch, string> {
    const decoded = decodeZipkinSpans(body)
    if (!decoded.ok) return decoded
    const spans = decoded.value
    return ok({ spanCount: spans.length, accept: () => this.accept({ spans, body }) })
  }

  /** Taken when the upstream has taken it. */
  async accept({ body }: SpanBatch): Promise<void> {
    const { sender } = this.#deps
    const status = await this.#within(async (signal) => {
      const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()
      return (await sender.post(`${this.#api}/spans`, JSON_TYPE, text, signal)).status
    })
    if (status >= 300) throw this.#fault(`answers ${status} to spans`, status >= 500)
  }

  async getTrace(traceId: string): Promise<ZipkinSpan[] | undefined> {
    const found = await this.#read(`/trace/${encodeURIComponent(traceId)}`)
    return found === undefined ? undefined : this.#spansOf(found)
  }

  async getTraces(traceIds: readonly string[]): Promise<ZipkinSpan[][]> {
    if (traceIds.length === 0) return []
    const [only = ''] = traceIds
    // Its list wants two ids at least.
    if (traceIds.length === 1) {
      const trace = await this.getTrace(only)
      return trace === undefined ? [] : [trace]
    }
    return this.#traces(`/traceMany?traceIds=${encodeURIComponent(traceIds.join())}`)
  }

  search(query: TraceQuery): Promise<ZipkinSpan[][]> {
    return this.#traces(`/traces?${parametersOf(query)}`)
  }

  serviceNames(): Promise<string[]> {
    return this.#names('/services')
  }
  spanNames(serviceName: string): Promise<string[]> {
    return this.#names(`/spans?${new URLSearchParams({ serviceName })}`)
  }
  remoteServiceNames(serviceName: string): Promise<string[]> {
    return this.#names(`/remoteServices?${new URLSearchParams({ serviceName })}`)
  }
  autocompleteValues(key: string): Promise<string[]> {
    return this.#names(`/autocompleteValues?${new URLSearchParams({ key })}`)
  }

  async dependencies(endTsMs: number, lookbackMs: number): Promise<DependencyLink[]> {
    const of = new URLSearchParams({ endTs: String(endTsMs), lookback: String(lookbackMs) })
    const found = await this.#list(`/dependencies?${of}`)
    return found.filter(isLink).map(({ parent, child, callCount, errorCount = 0 }) => ({
      parent,
      child,
      callCount,
      errorCount,
    }))
  }

  stats = (): TraceStoreStats => NOTHING
  health = (): TraceStoreHealth => this.#health

  async clear(): Promise<void> {
    throw new Fault(
      'TRACE_STORE_UPSTREAM',
      `the traces are those of ${this.#name}: delete them there`,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    this.#cancelCheck()
  }

  /** Nobody may ask for an hour; who looks at the health wants to know of now. */
  #checkLater(delayMs: number): void {
    this.#cancelCheck = this.#deps.clock.after(delayMs, () => {
      this.serviceNames()
        .catch(() => undefined)
        .finally(() => {
          if (!this.#closing.signal.aborted) this.#checkLater(CHECK_INTERVAL_MS)
        })
    })
  }

  async #names(path: string): Promise<string[]> {
    const names = await this.#list(path)
    return names.filter((name) => typeof name === 'string').sort()
  }

  async #traces(path: string): Promise<ZipkinSpan[][]> {
    return (await this.#list(path)).map((trace) => this.#spansOf(trace))
  }

  async #list(path: string): Promise<unknown[]> {
    const found = await this.#read(path)
    if (Array.isArray(found)) return found
    throw this.#fault('answers with something that is no list', false)
  }

  #spansOf(trace: unknown): ZipkinSpan[] {
    const spans = decodeZipkinSpans(Buffer.from(JSON.stringify(trace)))
    if (spans.ok) return spans.value
    throw this.#fault(`answers with spans that are none: ${spans.error}`, false)
  }

  /** @returns `undefined` for what is not there */
  async #read(path: string): Promise<unknown> {
    const options = { accept: JSON_TYPE, maxBytes: MAX_ANSWER_BYTES }
    const { status, text, isWhole } = await this.#within((signal) =>
      this.#deps.sender.read(`${this.#api}${path}`, signal, options),
    )
    if (status === 404) return undefined
    if (status !== 200) throw this.#fault(`answers ${status}`, status >= 500)
    if (!isWhole)
      throw this.#fault(`answers with more than ${MAX_ANSWER_BYTES} bytes: ask for fewer`, false)
    try {
      return JSON.parse(text)
    } catch {
      throw this.#fault('answers with something that is no JSON', false)
    }
  }

  async #within<T extends { readonly status: number } | number>(
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock, onAnswer } = this.#deps
    const timeout = new AbortController()
    const cancel = clock.after(TIMEOUT_MS, () => timeout.abort())
    try {
      const answer = await call(AbortSignal.any([timeout.signal, this.#closing.signal]))
      const status = typeof answer === 'number' ? answer : answer.status
      onAnswer(status)
      this.#health =
        status < 500 ? { isUp: true } : { isUp: false, error: `${this.#name} answers ${status}` }
      return answer
    } catch (error) {
      onAnswer(0)
      const why = timeout.signal.aborted
        ? `no answer within ${TIMEOUT_MS / 1000} s`
        : messageOf(error) || (codeOf(error) ?? '')
      const fault = this.#fault(`cannot be reached: ${maskCredentials(why)}`, true)
      this.#health = { isUp: false, error: fault.message }
      throw fault
    } finally {
      cancel()
    }
  }

  #fault(what: string, retryable: boolean): Fault {
    return new Fault('TRACE_STORE_UPSTREAM', `the trace store ${this.#name} ${what}`, { retryable })
  }
}

function parametersOf(query: TraceQuery): URLSearchParams {
  const annotations = [...query.annotations].map(([key, value]) =>
    value === '' ? key : `${key}=${value}`,
  )
  const all: Readonly<Record<string, string | number | undefined>> = {
    serviceName: query.serviceName,
    remoteServiceName: query.remoteServiceName,
    spanName: query.spanName,
    annotationQuery: annotations.length === 0 ? undefined : annotations.join(' and '),
    minDuration: query.minDurationUs,
    maxDuration: query.maxDurationUs,
    endTs: query.endTsMs,
    lookback: query.lookbackMs,
    limit: query.limit,
  }
  const given = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return new URLSearchParams(given as [string, string][])
}

const isLink = (value: unknown): value is DependencyLink =>
  typeof value === 'object' &&
  value !== null &&
  'parent' in value &&
  'child' in value &&
  'callCount' in value
