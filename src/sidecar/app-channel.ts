import {
  apiFault,
  type RawHeaders,
  type Request,
  type Upstream,
  type UpstreamReply,
} from '../net/index.ts'
import type { SidecarSettings } from './settings.ts'

/** The way into the app: one origin, a bound on concurrent calls, and a gate that app health closes. */
export interface AppChannel {
  /** @throws Fault `ERR_DIRECT_INVOKE` when there is no app or it is unhealthy; what {@link Upstream} throws */
  call(request: AppRequest, onAbort: (abort: () => void) => void): Promise<AppCall>
  setHealthy(isHealthy: boolean): void
}

export interface AppRequest {
  readonly method: string
  readonly target: string
  readonly headers: RawHeaders
  readonly body: Request['body'] | Uint8Array
}

export interface AppCall {
  readonly reply: UpstreamReply
  /** Must be called once, when the last byte of the answer has left or nobody wants it any more. */
  readonly release: () => void
}

export function createAppChannel(
  settings: Pick<
    SidecarSettings,
    'appId' | 'appPort' | 'appProtocol' | 'appChannelAddress' | 'appMaxConcurrency' | 'appApiToken'
  >,
  upstream: Upstream,
): AppChannel {
  const { appId, appPort, appApiToken } = settings
  const origin = appOrigin(settings)
  const slots = createSlots(settings.appMaxConcurrency ?? Number.POSITIVE_INFINITY)
  let healthy = true
  return {
    async call(request, onAbort) {
      if (appPort === undefined)
        throw refuse(appId, 'no app is attached to this sidecar (--app-port is not set)')
      if (!healthy) throw refuse(appId, 'app is not in a healthy state')
      const release = await slots.acquire()
      try {
        const headers =
          appApiToken === undefined
            ? request.headers
            : [...request.headers, 'dapr-api-token', appApiToken]
        return { reply: await upstream.send(origin, { ...request, headers }, onAbort), release }
      } catch (error) {
        release()
        throw error
      }
    },
    setHealthy(isHealthy) {
      healthy = isHealthy
    },
  }
}

/** For example `http://127.0.0.1:5001`. */
export function appOrigin({
  appProtocol,
  appChannelAddress,
  appPort,
}: Pick<SidecarSettings, 'appProtocol' | 'appChannelAddress' | 'appPort'>): string {
  const host = appChannelAddress.includes(':') ? `[${appChannelAddress}]` : appChannelAddress
  return `${appProtocol}://${host}:${appPort}`
}

const refuse = (id: string, reason: string) => apiFault('ERR_DIRECT_INVOKE', { id, reason })

interface Slots {
  /** Resolves in order of asking with the function that gives the slot back. */
  acquire(): Promise<() => void>
}

function createSlots(size: number): Slots {
  const waiting: (() => void)[] = []
  let taken = 0
  const release = (): void => {
    const next = waiting.shift()
    if (next === undefined) taken--
    else next()
  }
  return {
    async acquire() {
      if (taken < size) taken++
      else await new Promise<void>((resolve) => waiting.push(resolve))
      return release
    },
  }
}
