import { Agent, request } from 'node:https'
import type { Clock } from '../../../base/clock.ts'
import { codeOf, Fault } from '../../../base/fault.ts'
import type { Secret, SecretFeature, SecretMetadata, SecretStore } from '../contract.ts'
import type { Access } from './access.ts'

const TIMEOUT_MS = 10_000
/** A namespace has rarely more. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

interface SecretObject {
  readonly metadata: { readonly name: string }
  /** In base64. */
  readonly data?: Readonly<Record<string, string>>
}

/** Asks the API server each time: what it may read is its own affair, and nothing is kept. */
export class KubernetesStore implements SecretStore {
  readonly features: ReadonlySet<SecretFeature> = new Set(['MULTIPLE_KEY_VALUES_PER_SECRET'])
  readonly #access: Access
  readonly #namespace: string
  readonly #clock: Clock
  readonly #agent: Agent

  constructor(access: Access, namespace: string, clock: Clock) {
    this.#access = access
    this.#namespace = namespace
    this.#clock = clock
    const { ca, cert, key, verify } = access
    this.#agent = new Agent({
      keepAlive: true,
      rejectUnauthorized: verify,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    })
  }

  async get(name: string, metadata: SecretMetadata): Promise<Secret | undefined> {
    // Without a name the path would be that of all of them.
    if (name === '') return undefined
    const found = await this.#read(metadata, `/${encodeURIComponent(name)}`, 'get')
    return found === undefined ? undefined : valuesOf(found as SecretObject)
  }

  async bulkGet(metadata: SecretMetadata): Promise<ReadonlyMap<string, Secret>> {
    const found = (await this.#read(metadata, '', 'list')) as { readonly items: SecretObject[] }
    return new Map(found.items.map((each) => [each.metadata.name, valuesOf(each)]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy()
  }

  async #read(metadata: SecretMetadata, path: string, verb: 'get' | 'list'): Promise<unknown> {
    const namespace = metadata.namespace || this.#namespace
    const url = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets${path}`
    const { status, text } = await this.#ask(url)
    if (status === 200) return JSON.parse(text)
    if (status === 404) return undefined
    throw unavailable(
      status === 401 || status === 403
        ? `the service account may not ${verb} secrets in ${namespace}: give it a Role with the verb ${verb}`
        : `the API server answers with status ${status}`,
    )
  }

  async #ask(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const token = await this.#access.token()
    const { server } = this.#access
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, server),
        {
          agent: this.#agent,
          headers: {
            accept: 'application/json',
            ...(token && { authorization: `Bearer ${token}` }),
          },
        },
        (answer) => {
          let text = ''
          answer.setEncoding('utf8').on('data', (part: string) => {
            text += part
            if (text.length > MAX_ANSWER_BYTES) sent.destroy()
          })
          answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
        },
      )
      const cancel = this.#clock.after(TIMEOUT_MS, () => sent.destroy())
      sent.once('close', cancel)
      sent.once('error', (error) =>
        reject(
          unavailable(
            `the API server ${server} cannot be reached (${codeOf(error) ?? 'no answer'})`,
          ),
        ),
      )
      sent.end()
    })
  }
}

const valuesOf = ({ data = {} }: SecretObject): Secret =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  )

const unavailable = (message: string): Fault => new Fault('SECRETS_UNAVAILABLE', message)
