import { STATUS_CODES } from 'node:http'
import type { Clock } from '../../../base/clock.ts'
import { codeOf, Fault } from '../../../base/fault.ts'
import { callWithin, createUpstream, type Upstream, type WholeReply } from '../../../net/index.ts'
import type { Binding, BindingFeature, BindingRequest, BindingResponse } from '../contract.ts'
import { type Destination, METHODS, toOutgoing } from './outgoing.ts'
import type { HttpSettings } from './settings.ts'

const CONNECT_TIMEOUT_MS = 15_000
const KEEP_ALIVE_MS = 60_000
/** The app gets them as headers, too: more than that, few clients take. */
const MAX_HEADER_BYTES = 16_384
const TRUTHS: ReadonlySet<string> = new Set(['y', 'yes', 'true', 't', 'on', '1'])

/** Follows no redirect: what is behind it is not what the component names. */
export class HttpBinding implements Binding {
  readonly features: ReadonlySet<BindingFeature> = new Set<BindingFeature>(['OUTPUT_BINDING'])
  readonly operations: readonly string[] = Object.keys(METHODS)
  readonly #destination: Destination
  readonly #settings: HttpSettings
  readonly #clock: Clock
  readonly #upstream: Upstream

  constructor(
    destination: Destination,
    settings: HttpSettings,
    tls: { readonly ca?: string; readonly cert?: string; readonly key?: string },
    clock: Clock,
  ) {
    this.#destination = destination
    this.#settings = settings
    this.#clock = clock
    this.#upstream = createUpstream({
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      keepAliveMs: KEEP_ALIVE_MS,
      maxHeaderBytes: MAX_HEADER_BYTES,
      verifyTls: true,
      tls,
    })
  }

  async invoke(request: BindingRequest): Promise<BindingResponse> {
    const { errorIfNot2XX, maxResponseBodySize } = this.#settings
    const reply = await this.#call(request)
    const metadata = metadataOf(reply)
    if (!reply.isWhole)
      throw new Fault(
        'BINDING_RESPONSE_TOO_LARGE',
        `the answer is larger than ${maxResponseBodySize} bytes (maxResponseBodySize)`,
        { params: metadata },
      )
    const { errorIfNot2XX: asked = '' } = request.metadata
    const isStrict = asked === '' ? errorIfNot2XX : TRUTHS.has(asked.trim().toLowerCase())
    if (isStrict && Math.trunc(reply.status / 100) !== 2)
      throw new Fault('BINDING_STATUS', `received status code ${reply.status}`, {
        params: metadata,
      })
    return { data: reply.bytes, metadata }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#upstream.close()
  }

  async #call(request: BindingRequest): Promise<WholeReply> {
    const { responseTimeout, maxResponseBodySize } = this.#settings
    const outgoing = toOutgoing(this.#destination, request)
    const bounds = {
      timeoutMs: responseTimeout,
      maxBytes: maxResponseBodySize || Number.POSITIVE_INFINITY,
    }
    try {
      return await callWithin(this.#clock, bounds, (onAbort) =>
        this.#upstream.send(this.#destination.origin, outgoing, onAbort),
      )
    } catch (error) {
      throw explained(error)
    }
  }
}

/** Addresses and names of hosts stay out. */
function explained(error: unknown): unknown {
  const code = codeOf(error)
  const cause = error instanceof Error ? error.cause : undefined
  const why = codeOf(cause)
  const fault = (name: string, message: string) => new Fault(name, message, { cause: error })
  if (code === 'UPSTREAM_REFUSED' && why !== undefined)
    return fault('BINDING_UNREACHABLE', `the server cannot be reached (${why})`)
  if (code === 'UPSTREAM_BROKEN')
    return fault('BINDING_BROKEN', `the connection to the server broke (${why ?? 'closed'})`)
  return error
}

/** daprd's two, and the headers of the answer. */
function metadataOf({ status, headers }: WholeReply): Readonly<Record<string, string>> {
  const metadata = new Map<string, string>([
    ['statusCode', String(status)],
    ['status', `${status} ${STATUS_CODES[status] ?? ''}`.trim()],
  ])
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    const before = metadata.get(name)
    const value = headers[i + 1] as string
    metadata.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return Object.fromEntries(metadata)
}
