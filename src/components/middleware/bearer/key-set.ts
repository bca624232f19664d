import {
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
import type { Clock } from '../../../base/clock.ts'
import { codeOf, Fault, messageOf } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import { callWithin, createUpstream, type Upstream } from '../../../net/index.ts'

type Keys = ReturnType<typeof createLocalJWKSet>

const TIMEOUT_MS = 5_000
const MAX_BYTES = 1_048_576
/** A token of an unknown key asks for the keys anew, but not more often than this, whoever sends such tokens. */
const AGAIN_MS = 10_000
/** Keys that are this old are asked for anew: one may have been withdrawn. */
const STALE_MS = 600_000

/** The keys of an issuer, which it may change at any time. */
export class KeySet implements AsyncDisposable {
  readonly #upstream: Upstream
  readonly #where: { readonly issuer: string; readonly jwksUrl: string }
  readonly #clock: Clock
  readonly #log: Logger
  #keys: Keys | undefined
  #loadedMs = Number.NEGATIVE_INFINITY
  #loading: Promise<void> | undefined

  private constructor(
    where: { readonly issuer: string; readonly jwksUrl: string },
    { clock, log }: { readonly clock: Clock; readonly log: Logger },
  ) {
    this.#where = where
    this.#clock = clock
    this.#log = log
    this.#upstream = createUpstream({
      connectTimeoutMs: TIMEOUT_MS,
      keepAliveMs: 4_000,
      maxHeaderBytes: 16_384,
      verifyTls: true,
    })
  }

  /** @throws Fault `MIDDLEWARE_UNAVAILABLE` when the issuer's keys cannot be had */
  static async open(
    where: { readonly issuer: string; readonly jwksUrl: string },
    deps: { readonly clock: Clock; readonly log: Logger },
    signal: AbortSignal,
  ): Promise<KeySet> {
    const keySet = new KeySet(where, deps)
    try {
      await keySet.#load(signal)
      return keySet
    } catch (error) {
      await keySet[Symbol.asyncDispose]()
      throw new Fault('MIDDLEWARE_UNAVAILABLE', messageOf(error), { cause: error })
    }
  }

  /** The key of a token; keys are asked for anew where none fits. @throws what `jose` throws when there is none */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): ReturnType<Keys> {
    if (this.#clock.elapsedMs() - this.#loadedMs > STALE_MS) await this.#refresh()
    try {
      return await (this.#keys as Keys)(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      if (this.#clock.elapsedMs() - this.#loadedMs < AGAIN_MS) throw error
      await this.#refresh()
      return (this.#keys as Keys)(header, token)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#upstream.close()
  }

  /** One at a time; the keys there are stay when it fails. */
  async #refresh(): Promise<void> {
    this.#loading ??= this.#load()
      .catch((error: unknown) => {
        this.#loadedMs = this.#clock.elapsedMs()
        this.#log.warning(`the keys of the issuer stay as they are: ${messageOf(error)}`)
      })
      .finally(() => {
        this.#loading = undefined
      })
    await this.#loading
  }

  async #load(signal?: AbortSignal): Promise<void> {
    const { issuer, jwksUrl } = this.#where
    const url = jwksUrl || (await this.#discover(issuer, signal))
    const keys = await this.#getJson(url, signal)
    try {
      this.#keys = createLocalJWKSet(keys as JSONWebKeySet)
    } catch {
      throw new Error('what the issuer gives is no set of keys')
    }
    this.#loadedMs = this.#clock.elapsedMs()
  }

  /** @see https://openid.net/specs/openid-connect-discovery-1_0.html */
  async #discover(issuer: string, signal?: AbortSignal): Promise<string> {
    const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`
    const { jwks_uri: found } = (await this.#getJson(url, signal)) as { jwks_uri?: unknown }
    if (typeof found === 'string') return found
    throw new Error('the OpenID configuration of the issuer names no jwks_uri')
  }

  async #getJson(text: string, signal?: AbortSignal): Promise<unknown> {
    if (!/^https?:/i.test(text) || !URL.canParse(text))
      throw new Error('issuer and jwksURL are http or https URLs')
    const { origin, pathname, search } = new URL(text)
    const bounds = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, ...(signal && { signal }) }
    const headers = ['Accept', 'application/json']
    const request = { method: 'GET', target: pathname + search, headers, body: undefined }
    const reply = await callWithin(this.#clock, bounds, (onAbort) =>
      this.#upstream.send(origin, request, onAbort),
    ).catch((error: unknown) => {
      throw new Error(`the issuer cannot be reached (${codeOf(error) ?? 'unknown'})`)
    })
    if (reply.status !== 200) throw new Error(`the issuer answers ${reply.status}`)
    try {
      const value: unknown = JSON.parse(reply.bytes.toString())
      if (typeof value === 'object' && value !== null) return value
    } catch {
      // Said below.
    }
    throw new Error('the issuer does not answer in JSON')
  }
}
