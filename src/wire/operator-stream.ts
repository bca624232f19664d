/**
 * What operator and sidecar say to one another: one long request, `POST /v1/stream`, a JSON object a line each way.
 * Unknown types and fields are passed over, so that either may be the newer one. An empty line says that one is
 * still there.
 */
export const STREAM_PATH = '/v1/stream'

/** For whom the token is by which a sidecar shows who it is. */
export const STREAM_AUDIENCE = 'sidelight.dev/operator'

/** The side that hears nothing for three of these takes the stream for dead. */
export const HEARTBEAT_MS = 20_000

/** Of one line. A cluster's objects have at most 1.5 MB each. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024

/** From the operator: all that concerns the sidecar, as a whole. */
export interface ResourceSnapshot {
  readonly type: 'snapshot'
  /** Equal for equal content. */
  readonly version: string
  /** The Configuration that is in force; absent when there is none. */
  readonly configuration?: StreamedResource
  /** Components, Subscriptions, Resiliencies and HTTPEndpoints, by kind and name. */
  readonly resources: readonly StreamedResource[]
  /** What `secretKeyRef` of these names: values by {@link secretKey}. */
  readonly secrets: Readonly<Record<string, string>>
  /** Certificates (PEM) of the authorities that sign the operator's from now on. */
  readonly trustAnchors: string
}

/** How the values of a snapshot are named. */
export const secretKey = (of: {
  readonly namespace: string
  readonly name: string
  readonly key: string
}): string => `${of.namespace}/${of.name}/${of.key}`

/** As the API server has it, without status and its own fields. */
export interface StreamedResource {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly generation: number
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

/** From the sidecar: what became of a snapshot. Said again when that changes, as when a component opens late. */
export interface Acknowledgement {
  readonly type: 'acknowledgement'
  readonly version: string
  /** What did not come into force; everything else did. */
  readonly rejected: readonly RejectedResource[]
}

export interface RejectedResource {
  readonly kind: string
  readonly name: string
  /** Why, with paths, without values that may be secret. */
  readonly message: string
}

/** Sent once, first. */
export interface SidecarHello {
  readonly type: 'hello'
  readonly version: string
}

export type FromSidecar = SidecarHello | Acknowledgement

/** Splits a stream of text into lines. Give it each part; it keeps what has no end yet. */
export interface LineReader {
  /** @returns the lines that are whole by now; `undefined` when one is longer than {@link MAX_LINE_BYTES} */
  push(part: string): readonly string[] | undefined
}

export function createLineReader(maxLength = MAX_LINE_BYTES): LineReader {
  // Parts of a line that has no end yet: joined once, since a line of 16 MB comes in a thousand of them.
  let begun: string[] = []
  let length = 0
  return {
    push(part) {
      const end = part.lastIndexOf('\n')
      const rest = part.slice(end + 1)
      const whole = end === -1 ? '' : [...begun, part.slice(0, end)].join('')
      if (end !== -1) {
        begun = []
        length = 0
      }
      begun.push(rest)
      length += rest.length
      return length > maxLength ? undefined : whole.split('\n').filter((line) => line !== '')
    },
  }
}
