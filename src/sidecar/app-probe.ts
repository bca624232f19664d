import type { Clock } from '../base/clock.ts'
import type { Upstream } from '../net/index.ts'
import { appOrigin } from './app-channel.ts'
import type { Probe } from './app-health.ts'
import type { SidecarSettings } from './settings.ts'

/** Asks the app itself: untraced, outside the concurrency bound and the health gate. */
export const createProbe =
  (settings: SidecarSettings, upstream: Upstream, clock: Clock): Probe =>
  async (path, timeoutMs) => {
    let giveUp: () => void = () => undefined
    const cancel = clock.after(timeoutMs, () => giveUp())
    const token = settings.appApiToken
    try {
      const reply = await upstream.send(
        appOrigin(settings),
        {
          method: 'GET',
          target: path,
          headers: token === undefined ? [] : ['dapr-api-token', token],
          body: undefined,
        },
        (abort) => {
          giveUp = abort
        },
      )
      reply.body.pipe({ write: () => true, end: () => undefined, fail: () => undefined })
      return reply.status
    } catch {
      // Whatever the reason: not healthy, and counted by the caller.
      return undefined
    } finally {
      cancel()
    }
  }
