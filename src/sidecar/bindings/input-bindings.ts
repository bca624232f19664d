import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { pause } from '../../base/pause.ts'
import type { Binding } from '../../components/bindings/index.ts'
import type { Component } from '../../resources/index.ts'
import { callApp } from '../call-app.ts'
import type { ComponentHost, Hosted } from '../components/component-host.ts'
import { metadataValue } from '../components/metadata-value.ts'
import { deliverEvent, type EventParts } from './deliver-event.ts'
import { isExplicitInput, isOfDirection } from './direction.ts'

/** Has the app's input bindings read as long as it listens and is healthy. */
export interface InputBindings extends AsyncDisposable {
  /** Asks the app which events it wants, once it listens. */
  appIsThere(): Promise<void>
  /** An app that is not healthy gets none; one that is again may want others. */
  appHealth(isHealthy: boolean): Promise<void>
  /** Components have changed. */
  follow(): Promise<void>
}

export interface InputBindingParts extends EventParts {
  readonly log: Logger
  readonly host: Pick<ComponentHost, 'all'>
  /** For the answer to `OPTIONS`. */
  readonly optionsTimeoutMs: number
}

const ATTEMPTS = 3
const FIRST_PAUSE_MS = 500
const NOT_ALLOWED = 405

interface Reading {
  /** Absent: the app does not want its events. */
  readonly end: AsyncDisposable | undefined
}

export function createInputBindings(parts: InputBindingParts): InputBindings {
  const { host, log } = parts
  const stopping = new AbortController()
  const readings = new Map<Binding, Reading>()
  let isThere = false
  let isHealthy = true
  let last: Promise<void> = Promise.resolve()

  const start = async ({ component, block }: Hosted<Binding>): Promise<void> => {
    const { name } = component
    const route = routeOf(component)
    const isWanted =
      isExplicitInput(component) || (await askApp(parts, route, name, stopping.signal))
    // Nobody knows: it is asked at the next change.
    if (isWanted === undefined || stopping.signal.aborted) return
    if (!isWanted) log.info(`app has not subscribed to binding ${name}.`)
    const end = isWanted
      ? block.read?.((event, signal) => deliverEvent(parts, { name, route }, event, signal))
      : undefined
    readings.set(block, { end })
  }
  const stop = async (block: Binding): Promise<void> => {
    const reading = readings.get(block)
    readings.delete(block)
    await reading?.end?.[Symbol.asyncDispose]()
  }
  const sync = async (): Promise<void> => {
    const wanted = isThere && isHealthy && !stopping.signal.aborted ? inputsOf(host) : []
    const blocks = new Set(wanted.map(({ block }) => block))
    await Promise.all([...readings.keys()].filter((block) => !blocks.has(block)).map(stop))
    await Promise.all(wanted.filter(({ block }) => !readings.has(block)).map(start))
  }
  /** One change after the other. */
  const inTurn = (): Promise<void> => {
    last = last.then(sync, sync)
    return last
  }

  return {
    appIsThere() {
      isThere = true
      return inTurn()
    },
    appHealth(now) {
      isHealthy = now
      return inTurn()
    },
    follow: inTurn,
    [Symbol.asyncDispose]() {
      stopping.abort()
      return inTurn()
    },
  }
}

const inputsOf = (host: InputBindingParts['host']): readonly Hosted<Binding>[] =>
  host
    .all('bindings')
    .filter(({ component, block }) => isOfDirection(component, block.features, 'input'))

const routeOf = (component: Component): string => {
  const route = metadataValue(component, 'route') || encodeURIComponent(component.name)
  return route.startsWith('/') ? route : `/${route}`
}

/** @returns undefined when the app gives no answer */
async function askApp(
  { app, clock, log, optionsTimeoutMs }: InputBindingParts,
  route: string,
  name: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const request = {
    method: 'OPTIONS',
    target: route,
    headers: ['Content-Type', 'application/json'],
    body: undefined,
  }
  for (let attempt = 1; ; attempt++)
    try {
      const options = { timeoutMs: optionsTimeoutMs, signal }
      const { status } = await callApp(app, clock, request, options)
      return Math.trunc(status / 100) === 2 || status === NOT_ALLOWED
    } catch (error) {
      if (signal.aborted) return undefined
      if (attempt === ATTEMPTS) {
        log.error(`the app does not say whether it wants the events: ${messageOf(error)}`, {
          component: name,
        })
        return undefined
      }
      await pause(clock, FIRST_PAUSE_MS * 2 ** (attempt - 1), signal)
    }
}
