import { boardsOf, DEFAULT_SLOS, parseSlos } from '../../dashboards/index.ts'
import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { json } from '../replies.ts'

/** `GET /sidelight/api/v1/boards`: what the console draws. The same that Grafana gets. */
export function getBoards({ settings }: BackendParts): Handler {
  const defaults = parseSlos(DEFAULT_SLOS, '')
  const boards = boardsOf(settings.slos ?? (defaults.ok ? defaults.value : []))
  return async () => json({ boards }, ['Cache-Control', 'no-store'])
}
