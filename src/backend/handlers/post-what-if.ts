import { parseDurationMs } from '../../base/duration.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { type Reply, readBody } from '../../net/index.ts'
import { createWhatIf } from '../../policy/index.ts'
import { MAX_RESOURCE_BYTES, parseConfiguration } from '../../resources/index.ts'
import type { WhatIfAnswer, WhatIfRefusal } from '../../wire/what-if.ts'
import type { BackendExchange, Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { recentTraces } from '../query/recent-traces.ts'
import { json } from '../replies.ts'

const MAX_TRACES = 20_000
const DEFAULT_LAST = '1h'
const MAX_LAST_MS = 7 * 24 * 3_600_000
const FILE = 'Configuration'

/**
 * `POST /sidelight/api/v1/what-if?last=1h`: what the Configuration in the body would have kept of the recorded
 * traces. One question at a time: each reads thousands of traces.
 */
export const postWhatIf = (parts: BackendParts): Handler => {
  let last: Promise<unknown> = Promise.resolve()
  return async (x) => {
    const body = await readBody(x.request, MAX_RESOURCE_BYTES)
    const answer = last.then(() => ask(parts, x, Buffer.from(body).toString()))
    last = answer.catch(() => undefined)
    return answer
  }
}

async function ask(parts: BackendParts, x: BackendExchange, text: string): Promise<Reply> {
  const { clock, store, settings, sidecars } = parts
  let isGone = false
  x.onClientGone = () => {
    isGone = true
  }
  const nowUs = clock.nowUs()
  const lastMs = readLast(x.request.query)
  const file = new URLSearchParams(x.request.query).get('file') ?? FILE
  // Secrets and variables are the sidecars' own: here they are not missing.
  const parsed = await parseConfiguration([{ file, text }], {
    env: {},
    nowMs: nowUs / 1_000,
    foreignEnvironment: true,
    ignoreReferences: true,
  })
  if (!parsed.ok || !lastMs.ok)
    return refuse([...(lastMs.ok ? [] : [lastMs.error]), ...(parsed.ok ? [] : parsed.error)])
  const { configuration, warnings } = parsed.value
  const statuses = await sidecars.statuses()
  const whatIf = createWhatIf({ configuration, warnings, statuses, nowUs })
  const looked = await recentTraces(settings.searchEnabled ? store : NOTHING, whatIf.add, {
    endUs: nowUs,
    lookbackMs: lastMs.value,
    maxTraces: MAX_TRACES,
    isGone: () => isGone,
  })
  const answer: WhatIfAnswer = whatIf.answer({
    ...looked,
    toUs: nowUs,
    askedMs: lastMs.value,
    cap: MAX_TRACES,
  })
  return json(answer, ['Cache-Control', 'no-store'])
}

const NOTHING: Pick<BackendParts['store'], 'search'> = { search: async () => [] }

function readLast(query: string): Result<number, Problem> {
  const text = new URLSearchParams(query).get('last') || DEFAULT_LAST
  const ms = parseDurationMs(text)
  if (ms !== undefined && ms >= 1 && ms <= MAX_LAST_MS) return ok(Math.round(ms))
  return err({
    path: 'last',
    code: 'DURATION_INVALID',
    message: 'a duration of at most 168h is needed, such as 1h or 30m',
    seen: text,
  })
}

/** All that is wrong, as data: the page and the command line show it line by line. */
function refuse(problems: readonly Problem[]): Reply {
  const refusal: WhatIfRefusal = { problems }
  return { ...json(refusal), status: 400 }
}
