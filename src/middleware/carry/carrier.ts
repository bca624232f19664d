import { AsyncLocalStorage } from 'node:async_hooks'
import type { Carried, TraceContext } from './trace-context.ts'
import { createTrust, type Trust } from './trust.ts'

/** What all copies of this module in a process share: a package may be there twice, as ESM and as CommonJS. */
export interface Carrier {
  readonly version: string
  /** Absent = no request is being served. */
  readonly storage: AsyncLocalStorage<Carried>
  readonly trust: Trust
  /** Of who records spans, too, as `sidelight/register` does: it knows better what goes on. */
  recording: RecordingContext | undefined
}

/** The context that a recorder of spans holds, instead of that of the incoming request. */
export interface RecordingContext {
  /** Of the span that this code runs in, as headers. */
  current(): TraceContext | undefined
  run<T>(headers: TraceContext | undefined, fn: () => T): T
  /** A request that it has made no span of. */
  overlooked(host: string): void
}

const KEY = Symbol.for('sidelight.carry')

type Home = { [KEY]?: Carrier }

/** @returns the one of this process, and whether it is new */
export function obtainCarrier(
  version: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly carrier: Carrier; readonly isNew: boolean } {
  const home = globalThis as Home
  const found = home[KEY]
  if (found !== undefined) return { carrier: found, isNew: false }
  const carrier: Carrier = {
    version,
    storage: new AsyncLocalStorage<Carried>(),
    trust: createTrust([...sidecarHosts(env), ...(env.SIDELIGHT_TRUST ?? '').split(',')]),
    recording: undefined,
  }
  Object.defineProperty(home, KEY, { value: carrier })
  return { carrier, isNew: true }
}

/** A sidecar may be elsewhere than on loopback. [dapr: DAPR_HTTP_ENDPOINT] */
function sidecarHosts({
  DAPR_HTTP_ENDPOINT: endpoint = '',
}: Readonly<Record<string, string | undefined>>): string[] {
  try {
    return endpoint === '' ? [] : [new URL(endpoint).hostname.replace(/^\[|\]$/g, '')]
  } catch {
    return []
  }
}
