import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { pause } from '../../base/pause.ts'
import type { AppChannel } from '../app-channel.ts'
import { callApp } from '../call-app.ts'
import { type AppSubscription, readProgrammaticSubscriptions } from './subscription.ts'

const ATTEMPTS = 3
const FIRST_PAUSE_MS = 500
const TIMEOUT_MS = 10_000

/** `GET /dapr/subscribe` of the app. @returns `undefined` when it does not tell */
export async function askSubscriptions(
  {
    app,
    own,
    clock,
    log,
  }: {
    readonly app: AppChannel
    readonly own: { readonly appId: string }
    readonly clock: Clock
    readonly log: Logger
  },
  signal: AbortSignal,
): Promise<readonly AppSubscription[] | undefined> {
  const request = {
    method: 'GET',
    target: '/dapr/subscribe',
    headers: ['dapr-app-id', own.appId],
    body: undefined,
  }
  for (let attempt = 1; ; attempt++)
    try {
      const { status, text } = await callApp(app, clock, request, { timeoutMs: TIMEOUT_MS, signal })
      if (status === 404) return []
      if (status !== 200) throw new Error(`it answered ${status}`)
      const { subscriptions, complaints } = readProgrammaticSubscriptions(text)
      for (const complaint of complaints)
        log.warning(`GET /dapr/subscribe of the app: ${complaint}`)
      return subscriptions
    } catch (error) {
      if (signal.aborted) return undefined
      if (attempt === ATTEMPTS) {
        log.error(`the app does not tell its subscriptions: ${messageOf(error)}`)
        return undefined
      }
      await pause(clock, FIRST_PAUSE_MS * 2 ** (attempt - 1), signal)
    }
}
