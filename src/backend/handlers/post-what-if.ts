import { parseDurationMs } from '../../base/duration.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { headerValue, type Reply, readBody, STATUS_CLIENT_GONE } from '../../net/index.ts'
import { createWhatIf } from '../../policy/index.ts'
import { MAX_RESOURCE_BYTES, parseConfiguration } from '../../resources/index.ts'
import type { WhatIfAnswer, WhatIfRefusal } from '../../wire/what-if.ts'
import type { BackendExchange, Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { recentTraces } from '../query/recent-traces.ts'
import { json, plainText } from '../replies.ts'

const MAX_TRACES = 20_000
const DEFAULT_LAST = '1h'
const MAX_LAST_MS = 7 * 24 * 3_600_000
const FILE = 'Configuration'

/**
 * `POST /sidelight/api/v1/what-if?last=1h`: what the Configuration in the body would have kept of the recorded
 * traces. One question at a time: each reads thousands of traces. A page of another origin cannot ask: a
 * browser sends YAML only where it was told that it may.
 */
export const postWhatIf = (parts: BackendParts): Handler => {
  let running: Question | undefined
  return async (x) => {
    if (!isYaml(x)) return plainText(415, NOT_YAML)
    const question = { isGone: false }
    x.onClientGone = () => {
      question.isGone = true
    }
    const body = await readBody(x.request, MAX_RESOURCE_BYTES)
    // One whose asker has gone ends within a page; whoever changes a draft does not wait for the old one.
    while (running?.isGone) await running.end
    if (running !== undefined) return plainText(503, BUSY, ['Retry-After', RETRY_AFTER_SECONDS])
    const answer = ask(parts, x.request.query, question, Buffer.from(body).toString())
    running = Object.assign(question, { end: answer.catch(() => undefined) })
    try {
      return await answer
    } finally {
      running = undefined
    }
  }
}

interface Asker {
  /** The client has gone: nobody reads the answer. */
  readonly isGone: boolean
}

interface Question extends Asker {
  readonly end: Promise<unknown>
}

const YAML = /^application\/(?:x-)?yaml$/i
const NOT_YAML = 'a Configuration is read as Content-Type: application/yaml'
const BUSY = 'another what-if is being worked out, and each reads thousands of traces: ask again'
const RETRY_AFTER_SECONDS = '1'

const isYaml = ({ request }: BackendExchange): boolean =>
  YAML.test(headerValue(request.headers, 'content-type')?.split(';')[0]?.trim() ?? '')

async function ask(
  parts: BackendParts,
  search: string,
  asker: Asker,
  text: string,
): Promise<Reply> {
  const { clock, store, settings, sidecars } = parts
  const nowUs = clock.nowUs()
  const lastMs = readLast(search)
  const file = new URLSearchParams(search).get('file') ?? FILE
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
    isGone: () => asker.isGone,
  })
  if (asker.isGone) return plainText(STATUS_CLIENT_GONE, '')
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
