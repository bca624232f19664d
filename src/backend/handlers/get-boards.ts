import { boardsOf, DEFAULT_SLOS, parseSlos } from '../../dashboards/index.ts'
import type { Handler } from '../exchange.ts'
import { json } from '../replies.ts'

/** `GET /sidelight/api/v1/boards`: what the console draws. The same that Grafana gets, with the default objectives. */
export function getBoards(): Handler {
  const slos = parseSlos(DEFAULT_SLOS, '')
  const boards = boardsOf(slos.ok ? slos.value : [])
  return async () => json({ boards }, ['Cache-Control', 'no-store'])
}
