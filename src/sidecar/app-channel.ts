import {
  apiFault,
  isBodyStream,
  type RawHeaders,
  type Reply,
  type Request,
  type Upstream,
  type UpstreamReply,
  type UpstreamRequest,
  wholeBody,
} from '../net/index.ts'
import type { Faults } from './faults.ts'
import type { Pipeline } from './middleware/pipeline.ts'
import type { SidecarSettings } from './settings.ts'
import type { AppCallMeter } from './telemetry/app-call-meter.ts'

/** The way into the app: one origin, a bound on concurrent calls, and a gate that app health closes. */
export interface AppChannel {
  /** @throws Fault `ERR_DIRECT_INVOKE` when there is no app or it is unhealthy; what {@link Upstream} throws */
  call(request: AppRequest, onAbort: (abort: () => void) => void): Promise<AppCall>
  setHealthy(isHealthy: boolean): void
  /** For whoever takes the answer: only there is it known when it has ended. */
  readonly recordCall: AppCallMeter
}

export interface AppRequest {
  readonly method: string
  readonly target: string
  readonly headers: RawHeaders
  readonly body: Request['body'] | Uint8Array
  /** Of whoever calls the app by way of us. Absent: the sidecar itself. */
  readonly remoteAddress?: string
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
  {
    pipeline,
    recordCall,
    faults,
  }: {
    /** The Configuration's handlers before the app. */
    readonly pipeline: Pipeline
    readonly recordCall: AppCallMeter
    readonly faults?: Faults | undefined
  },
): AppChannel {
  const { appId, appPort, appApiToken } = settings
  const origin = appOrigin(settings)
  const slots = createSlots(settings.appMaxConcurrency ?? Number.POSITIVE_INFINITY)
  let healthy = true

  const send = async (request: UpstreamRequest, onAbort: OnAbort): Promise<AppCall> => {
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
  }
  const sendThrough = async (request: AppRequest, onAbort: OnAbort): Promise<AppCall> => {
    const { remoteAddress = LOOPBACK } = request
    const outcome = await pipeline.run({ ...request, remoteAddress })
    return 'reply' in outcome
      ? { reply: toUpstreamReply(outcome.reply), release: () => undefined }
      : send(outcome.request, onAbort)
  }
  return {
    recordCall,
    async call(request, onAbort) {
      if (appPort === undefined)
        throw refuse(appId, 'no app is attached to this sidecar (--app-port is not set)')
      if (!healthy) throw refuse(appId, 'app is not in a healthy state')
      const instead = faults && (await faults.beforeApp(appId))
      if (instead !== undefined)
        return { reply: toUpstreamReply(instead), release: () => undefined }
      return pipeline.isEmpty() ? send(request, onAbort) : sendThrough(request, onAbort)
    },
    setHealthy(isHealthy) {
      healthy = isHealthy
    },
  }
}

type OnAbort = (abort: () => void) => void
const LOOPBACK = '127.0.0.1'

/** What a handler answers counts as the app's answer. */
const toUpstreamReply = ({ status, headers, body = '' }: Reply): UpstreamReply => ({
  status,
  headers,
  body: isBodyStream(body) ? body : wholeBody(typeof body === 'string' ? Buffer.from(body) : body),
})

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
