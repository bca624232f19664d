import { isRecord } from './lower-keys.ts'

/**
 * What a sidecar's tap says: `GET /sidelight/v1/tap`, a JSON object a line, and nothing of headers, bodies and queries.
 * Unknown fields are passed over, so that either side may be the newer one.
 */
export const TAP_PATH = '/sidelight/v1/tap'

/** A request that has ended. */
export interface TapEvent {
  /** When it began: integer microseconds since the epoch. */
  readonly startUs: number
  readonly durationUs: number
  /** Whose sidecar tells. */
  readonly app: string
  /** `out`: the app called its sidecar. `in`: another sidecar called the app. `event`: it was handed a message or an event. */
  readonly way: TapWay
  /** The other side: who is called, who calls, or the component. Empty when there is none. */
  readonly peer: string
  /** Of the API, for example `invoke`, `state`, `subscribe`. */
  readonly api: string
  readonly method: string
  /** Without query: of the app that is invoked, or of the API. Of an event its topic or binding. */
  readonly path: string
  /** Of HTTP, or what became of an event: `success`, `retry`, `drop_by_app`, `dead_letter` … */
  readonly status: string
  readonly failed: boolean
  readonly sampled: boolean
  /** Absent when nothing is traced. */
  readonly traceId?: string
  readonly requestBytes?: number
  readonly responseBytes?: number
}

export const TAP_WAYS = ['out', 'in', 'event'] as const
export type TapWay = (typeof TAP_WAYS)[number]

/** Once a second: how many were more than was asked for at most. It also says that the tap is still there. */
export interface TapSkipped {
  readonly skipped: number
}

export type TapLine = TapEvent | TapSkipped

/** What one may ask for, and what each means. All that are given must hold. */
export const TAP_SELECTORS = {
  way: 'comma list of out (from the app), in (from another sidecar) and event',
  peer: 'the other side: an app id, a host or a component; * stands for any text',
  api: 'invoke, state, publish, subscribe, bindings …',
  method: 'for example POST',
  path: 'without query; * stands for any text',
  status: 'comma list, for example 404,5xx or dead_letter',
  failed: 'true or false',
  sampled: 'true or false',
  'min-duration': 'for example 100ms',
  max: 'events a second and sidecar, 1 to 10000; default 100',
} as const
export type TapSelector = keyof typeof TAP_SELECTORS

/** @returns `undefined` for what is no line of a tap */
export function readTapLine(text: string): TapLine | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  if (typeof value.skipped === 'number') return { skipped: value.skipped }
  const { startUs, durationUs, way } = value
  const isEvent =
    typeof startUs === 'number' &&
    typeof durationUs === 'number' &&
    TAP_WAYS.includes(way as TapWay) &&
    TEXTS.every((field) => typeof value[field] === 'string')
  return isEvent ? (value as unknown as TapEvent) : undefined
}

const TEXTS = ['app', 'peer', 'api', 'method', 'path', 'status']
