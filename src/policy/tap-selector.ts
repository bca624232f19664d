import { parseDurationMs } from '../base/duration.ts'
import { nearest } from '../base/nearest.ts'
import { err, ok, type Result } from '../base/result.ts'
import { matchesGlob } from '../telemetry/index.ts'
import { TAP_SELECTORS, TAP_WAYS, type TapEvent, type TapSelector } from '../wire/tap-event.ts'

/** What a tap is asked for. */
export interface TapRequest {
  readonly matches: (event: TapEvent) => boolean
  /** Events a second; more are counted. */
  readonly max: number
}

const MAX_DEFAULT = 100
const MAX_MOST = 10_000

type Test = (event: TapEvent) => boolean

const bool = (text: string, of: (event: TapEvent) => boolean): Test | undefined =>
  text === 'true' ? of : text === 'false' ? (event) => !of(event) : undefined

/** How each selector is read; `undefined` for a text that it does not take. */
const TESTS: Readonly<Record<Exclude<TapSelector, 'max'>, (text: string) => Test | undefined>> = {
  way: (text) => {
    const wanted = text.split(',')
    return wanted.every((each) => TAP_WAYS.some((way) => way === each))
      ? ({ way }) => wanted.includes(way)
      : undefined
  },
  peer:
    (text) =>
    ({ peer }) =>
      matchesGlob(text, peer),
  api:
    (text) =>
    ({ api }) =>
      api === text,
  method: (text) => {
    const wanted = text.toUpperCase()
    return ({ method }) => method === wanted
  },
  path:
    (text) =>
    ({ path }) =>
      matchesGlob(text, path),
  status: (text) => {
    const wanted = text.split(',').map((each) => each.trim().toLowerCase())
    return ({ status }) =>
      wanted.some((each) => each === status || (/^\dxx$/.test(each) && each[0] === status[0]))
  },
  failed: (text) => bool(text, ({ failed }) => failed),
  sampled: (text) => bool(text, ({ sampled }) => sampled),
  'min-duration': (text) => {
    const ms = parseDurationMs(text)
    return ms === undefined ? undefined : ({ durationUs }) => durationUs >= ms * 1_000
  },
}

/** @returns or what is wrong with the query, in one sentence */
export function readTapRequest(query: string): Result<TapRequest, string> {
  const tests: Test[] = []
  let max = MAX_DEFAULT
  for (const [name, text] of new URLSearchParams(query)) {
    if (name === 'max') {
      max = Number(text)
      if (!Number.isInteger(max) || max < 1 || max > MAX_MOST)
        return err(`max is a number from 1 to ${MAX_MOST}`)
      continue
    }
    if (!Object.hasOwn(TESTS, name)) {
      const meant = nearest(name, Object.keys(TAP_SELECTORS))
      return err(
        `no selector has this name${meant === undefined ? '' : `; was ${meant} meant?`} There are ${Object.keys(TAP_SELECTORS).join(', ')}`,
      )
    }
    const test = TESTS[name as keyof typeof TESTS](text)
    if (test === undefined) return err(`${name}: ${TAP_SELECTORS[name as TapSelector]}`)
    tests.push(test)
  }
  return ok({ max, matches: (event) => tests.every((test) => test(event)) })
}
