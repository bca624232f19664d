import { diagnose } from '../../policy/index.ts'
import type { EndpointFacts, SidecarStatus, SidecarsAnswer } from '../../wire/diagnosis.ts'
import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { json } from '../replies.ts'

/** `GET /sidelight/api/v1/sidecars`: every registered sidecar's report, and what is wrong. `?app=` asks for one. */
export const getSidecars =
  (parts: BackendParts): Handler =>
  async ({ request }) => {
    const appId = new URLSearchParams(request.query).get('app') || undefined
    const all = await parts.sidecars.statuses()
    const ofApp = all.filter(({ registration }) => registration.appId === appId)
    const statuses = appId === undefined ? all : ofApp
    const endpoints = ownEndpoints(parts, statuses)
    const diagnosis = diagnose(all, { appId, endpoints, nowUs: parts.clock.nowUs() })
    const answer: SidecarsAnswer = { statuses, endpoints, diagnosis }
    return json(answer, ['Cache-Control', 'no-store'])
  }

/** What this backend knows of the exporters that send to it: whether its store takes their spans. */
function ownEndpoints(
  { port, store }: BackendParts,
  statuses: readonly SidecarStatus[],
): EndpointFacts[] {
  const { isUp, error } = store.health()
  const failure = isUp ? {} : { error: error ?? 'the store takes no spans' }
  const endpoints = new Set(
    statuses.flatMap((status) =>
      'report' in status ? status.report.exporters.map(({ endpoint }) => endpoint) : [],
    ),
  )
  return [...endpoints].flatMap((endpoint) =>
    endpoint !== undefined && isOwn(endpoint, port())
      ? [{ endpoint, state: 'self' as const, ...failure }]
      : [],
  )
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Sidecars of this machine reach it by loopback. */
function isOwn(endpoint: string, port: number): boolean {
  if (!URL.canParse(endpoint)) return false
  const url = new URL(endpoint)
  return LOOPBACK.test(url.hostname) && Number(url.port || 80) === port
}
