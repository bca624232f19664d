import type { Agent } from 'undici'
// The dispatcher alone: the package's index loads fetch, caches and WebSockets besides, 50 ms and 8 MB that a
// sidecar never uses. The path has no types of its own; the package's are right for it.
// @ts-expect-error no declaration file
import UndiciAgent from 'undici/lib/dispatcher/agent.js'

/** Pools of connections, one an origin. */
export const createAgent = (options: Agent.Options): Agent => new UndiciAgent(options)
