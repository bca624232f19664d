import { Fault } from '../../../base/fault.ts'
import { blockFault, type RedisLink, runScript } from '../../redis/index.ts'
import type { Binding, BindingFeature, BindingRequest, BindingResponse } from '../contract.ts'
import { incrementScript, takeScript } from './scripts.ts'

/** Keys stand as the app writes them: no prefix, as in daprd. */
export class RedisBinding implements Binding {
  readonly features: ReadonlySet<BindingFeature> = new Set<BindingFeature>(['OUTPUT_BINDING'])
  readonly operations: readonly string[] = ['create', 'delete', 'get', 'increment']
  readonly #link: RedisLink

  constructor(link: RedisLink) {
    this.#link = link
  }

  async invoke(request: BindingRequest): Promise<BindingResponse | undefined> {
    const { key = '' } = request.metadata
    if (key === '') throw invalid('redis binding: missing key in request metadata')
    const name =
      request.operation === 'get' && request.metadata.delete === 'true' ? 'take' : request.operation
    const { isRepeatable = false, run } = OPERATIONS[name] as Operation
    const call = { ...request, key, ttl: ttlOf(request) }
    try {
      return await this.#link.run(isRepeatable, () => run(this.#link, call))
    } catch (error) {
      throw blockFault('BINDING', error, isRepeatable ? undefined : 'it may or may not be done')
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]()
  }
}

interface Call extends BindingRequest {
  readonly key: string
  /** Seconds; empty: it stays. */
  readonly ttl: string
}

interface Operation {
  /** Doing it twice does what doing it once does. */
  readonly isRepeatable?: true
  run(link: RedisLink, call: Call): Promise<BindingResponse | undefined>
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  create: {
    async run(link, { key, data, ttl }) {
      const expiry = ttl === '' ? [] : ['EX', ttl]
      await link.send({ args: ['SET', key, Buffer.from(data), ...expiry], key })
      return undefined
    },
  },
  delete: {
    async run(link, { key }) {
      await link.send({ args: ['DEL', key], key })
      return undefined
    },
  },
  get: {
    isRepeatable: true,
    run: async (link, { key }) => found(await link.send({ args: ['GET', key], key })),
  },
  /** `get` with the metadata `delete`. */
  take: {
    run: async (link, { key }) => found(await runScript(link, takeScript, [key], [])),
  },
  increment: {
    async run(link, { key, ttl }) {
      await runScript(link, incrementScript, [key], [ttl])
      return undefined
    },
  },
}

/** What is not there is empty, as in daprd. */
const found = (value: unknown): BindingResponse => ({
  data: Buffer.isBuffer(value) ? value : Buffer.alloc(0),
  metadata: {},
})

function ttlOf({ metadata: { ttlInSeconds = '' } }: BindingRequest): string {
  if (ttlInSeconds === '' || /^[1-9]\d{0,9}$/.test(ttlInSeconds)) return ttlInSeconds
  throw invalid('ttlInSeconds value must be a whole number higher than zero')
}

const invalid = (message: string) => new Fault('BINDING_REQUEST_INVALID', message)
