import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Clock } from '../base/clock.ts'
import { Fault, messageOf } from '../base/fault.ts'
import { onAbort } from '../base/on-abort.ts'
import { apiFault, unreachable } from './api-fault.ts'
import { apiPath, queryOf, type Selection } from './api-path.ts'
import type { Cluster } from './cluster.ts'
import type { KubeObject, Manifest } from './object.ts'
import { apiVersionOf, type ResourceType } from './resource-types.ts'

/**
 * The API server, of any kind of object. A refusal is a Fault: `ERR_KUBE_FORBIDDEN` (401, 403), `ERR_KUBE_NOT_FOUND`,
 * `ERR_KUBE_CONFLICT` (409), `ERR_KUBE_GONE` (410), `ERR_KUBE_INVALID` (400, 422), else `ERR_KUBE`;
 * `ERR_KUBE_UNREACHABLE` when there was no answer, `ERR_KUBE_CONFIG` when there are no credentials.
 */
export interface KubeClient {
  /** @returns `undefined` when there is none */
  get(type: ResourceType, name: string, namespace?: string): Promise<KubeObject | undefined>
  /** All pages of it. */
  list(type: ResourceType, selection?: Selection, shape?: Shape): Promise<KubeList>
  create(type: ResourceType, object: Manifest, write?: WriteOptions): Promise<KubeObject>
  /** With the `resourceVersion` that was read: a conflict if somebody was faster. */
  replace(type: ResourceType, object: KubeObject, write?: WriteOptions): Promise<KubeObject>
  /** Server-side apply: creates it, or makes the fields that are given what they are here. */
  apply(type: ResourceType, object: Manifest, write: ApplyOptions): Promise<KubeObject>
  patch(
    type: ResourceType,
    target: { readonly name: string; readonly namespace?: string | undefined },
    patch: Patch,
    write?: WriteOptions,
  ): Promise<KubeObject>
  /** @returns whether there was one */
  delete(type: ResourceType, name: string, namespace?: string, body?: object): Promise<boolean>
  /** Creates what is asked of an object, for example a token of a service account. */
  createSubresource(
    type: ResourceType,
    target: { readonly name: string; readonly namespace?: string | undefined },
    subresource: string,
    body: object,
  ): Promise<KubeObject>
  /** Any path, any answer, for what has no object (`/version`, logs). The status is not judged. */
  read(path: string, accept?: string): Promise<{ readonly status: number; readonly text: string }>
  /** A watch's answer as it comes; `signal` ends it. */
  stream(path: string, accept: string, signal: AbortSignal): Promise<IncomingMessage>
}

export interface KubeList {
  readonly items: readonly KubeObject[]
  readonly resourceVersion: string
}

/** Names and annotations only, for collections whose rest nobody reads. */
export type Shape = 'whole' | 'metadata'

export interface WriteOptions {
  readonly fieldManager?: string
  /** Checked and answered, not kept. */
  readonly dryRun?: boolean
  /** Whether unknown and duplicate fields are refused. Default: as the API server has it (`Warn`). */
  readonly strict?: boolean
  readonly subresource?: 'status'
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string
  /** Takes fields that another manager holds. */
  readonly force?: boolean
}

export type Patch = { readonly merge: object } | { readonly json: readonly object[] }

const PAGE = '500'
const REQUEST_TIMEOUT_MS = 30_000
/** Of one page. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

const asMetadata = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`
const ACCEPT = {
  whole: { list: 'application/json', watch: 'application/json' },
  metadata: {
    list: asMetadata('PartialObjectMetadataList'),
    watch: asMetadata('PartialObjectMetadata'),
  },
} as const satisfies Record<Shape, { readonly list: string; readonly watch: string }>

interface Call {
  readonly method: string
  readonly path: string
  readonly accept?: string
  readonly contentType?: string
  readonly body?: object
}

export interface KubeClientDeps {
  readonly cluster: Pick<Cluster, 'server' | 'credentials'>
  readonly clock: Clock
  readonly userAgent: string
  /** Told of each answer; 0 = there was none. */
  readonly onAnswer?: (method: string, status: number, elapsedMs: number) => void
}

export function createKubeClient({
  cluster,
  clock,
  userAgent,
  onAnswer,
}: KubeClientDeps): KubeClient {
  const { server } = cluster

  async function open(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
    const { headers, ...access } = await cluster.credentials()
    const begunMs = clock.elapsedMs()
    const body = call.body === undefined ? undefined : JSON.stringify(call.body)
    const url = new URL(server)
    const request = url.protocol === 'http:' ? requestPlain : requestHttps
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...access,
          protocol: url.protocol,
          hostname: url.hostname.replace(/^\[|\]$/g, ''),
          port: url.port,
          // Behind a proxy, an API server may have a path before its own.
          path: `${url.pathname.replace(/\/$/, '')}${call.path}`,
          method: call.method,
          headers: {
            ...headers,
            'user-agent': userAgent,
            accept: call.accept ?? ACCEPT.whole.list,
            ...(body !== undefined && {
              'content-type': call.contentType ?? 'application/json',
              'content-length': Buffer.byteLength(body),
            }),
          },
        },
        (answer) => {
          onAnswer?.(call.method, answer.statusCode ?? 0, clock.elapsedMs() - begunMs)
          answer.once('close', endWait)
          resolve(answer)
        },
      )
      const endWait = onAbort(signal, () => sent.destroy(new Error('given up')))
      sent.once('error', (error) => {
        endWait()
        onAnswer?.(call.method, 0, clock.elapsedMs() - begunMs)
        reject(unreachable(`${call.method} ${call.path}`, server, error))
      })
      sent.end(body)
    })
  }

  async function ask(call: Call): Promise<{ readonly status: number; readonly text: string }> {
    const timeout = new AbortController()
    const cancel = clock.after(REQUEST_TIMEOUT_MS, () => timeout.abort())
    try {
      const answer = await open(call, timeout.signal)
      return { status: answer.statusCode ?? 0, text: await textOf(answer) }
    } catch (error) {
      throw error instanceof Fault ? error : unreachable(whatOf(call), server, error)
    } finally {
      cancel()
    }
  }

  async function object(call: Call): Promise<KubeObject> {
    const { status, text } = await ask(call)
    if (status >= 200 && status < 300) return parse(call, text)
    throw apiFault(whatOf(call), status, statusMessage(text))
  }

  return {
    async get(type, name, namespace) {
      const call = { method: 'GET', path: apiPath(type, { name, namespace }) }
      const { status, text } = await ask(call)
      if (status === 404) return undefined
      if (status !== 200) throw apiFault(whatOf(call), status, statusMessage(text))
      return parse(call, text)
    },
    async list(type, { namespace, labelSelector, fieldSelector } = {}, shape = 'whole') {
      const items: KubeObject[] = []
      let next: string | undefined
      for (;;) {
        const query = queryOf({ labelSelector, fieldSelector, limit: PAGE, continue: next })
        const page = await object({
          method: 'GET',
          path: `${apiPath(type, { namespace })}${query}`,
          accept: ACCEPT[shape].list,
        })
        items.push(...((page.items ?? []) as KubeObject[]))
        const { resourceVersion = '', continue: more } = page.metadata
        if (typeof more !== 'string' || more === '') return { items, resourceVersion }
        next = more
      }
    },
    create: (type, body, write) =>
      object({
        method: 'POST',
        path: `${apiPath(type, { namespace: body.metadata.namespace })}${writeQuery(write)}`,
        body,
      }),
    replace: (type, body, write) =>
      object({ method: 'PUT', path: `${pathTo(type, body.metadata, write)}`, body }),
    apply: (type, body, { force, ...write }) =>
      object({
        method: 'PATCH',
        path: pathTo(type, body.metadata, write, { force: force === true ? 'true' : undefined }),
        // JSON is YAML.
        contentType: 'application/apply-patch+yaml',
        body: { ...body, apiVersion: apiVersionOf(type), kind: type.kind },
      }),
    patch: (type, target, patch, write) =>
      object({
        method: 'PATCH',
        path: pathTo(type, target, write),
        ...('merge' in patch
          ? { contentType: 'application/merge-patch+json', body: patch.merge }
          : { contentType: 'application/json-patch+json', body: patch.json }),
      }),
    async delete(type, name, namespace, body) {
      const call = {
        method: 'DELETE',
        path: apiPath(type, { name, namespace }),
        ...(body && { body }),
      }
      const { status, text } = await ask(call)
      if (status === 404) return false
      if (status >= 300) throw apiFault(whatOf(call), status, statusMessage(text))
      return true
    },
    createSubresource: (type, target, subresource, body) =>
      object({ method: 'POST', path: apiPath(type, { ...target, subresource }), body }),
    read: (path, accept) => ask({ method: 'GET', path, ...(accept && { accept }) }),
    async stream(path, shape, signal) {
      const call = { method: 'GET', path, accept: shape }
      const answer = await open(call, signal)
      if (answer.statusCode === 200) return answer
      throw apiFault(whatOf(call), answer.statusCode ?? 0, statusMessage(await textOf(answer)))
    },
  }
}

/** What a watch asks for. */
export const acceptOf = (shape: Shape): string => ACCEPT[shape].watch

const pathTo = (
  type: ResourceType,
  {
    name,
    namespace,
  }: { readonly name?: string | undefined; readonly namespace?: string | undefined },
  write: WriteOptions = {},
  more: Readonly<Record<string, string | undefined>> = {},
): string =>
  `${apiPath(type, { name, namespace, subresource: write.subresource })}${writeQuery(write, more)}`

const writeQuery = (
  { fieldManager, dryRun, strict }: WriteOptions = {},
  more: Readonly<Record<string, string | undefined>> = {},
): string =>
  queryOf({
    fieldManager,
    dryRun: dryRun === true ? 'All' : undefined,
    fieldValidation: strict === true ? 'Strict' : undefined,
    ...more,
  })

/** Without its query, which says nothing to who reads a message. */
const whatOf = ({ method, path }: Call): string => `${method} ${path.split('?', 1)[0]}`

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length
    if (size > MAX_ANSWER_BYTES)
      throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

function parse(call: Call, text: string): KubeObject {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Fault('ERR_KUBE', `${whatOf(call)}: the answer is no JSON: ${messageOf(error)}`)
  }
}

/** Of a `Status`, which is what a refusal is. */
function statusMessage(text: string): string {
  try {
    const { message } = JSON.parse(text)
    return typeof message === 'string' ? message : ''
  } catch {
    return text.slice(0, 200)
  }
}
