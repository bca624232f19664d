import type { Handler } from '../../exchange.ts'
import type { BackendParts } from '../../parts.ts'
import { success } from './envelope.ts'
import { withParameters } from './prometheus-parts.ts'

/** Whose API this is: Grafana decides by it what it asks for. */
const PROMETHEUS_VERSION = '3.0.0'

/** `GET /api/v1/status/buildinfo`. */
export const getBuildInfo = ({ settings }: BackendParts): Handler => {
  const answer = success(
    JSON.stringify({
      version: PROMETHEUS_VERSION,
      revision: `sidelight ${settings.version}`,
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    }),
  )
  return () => answer
}

/** `GET /api/v1/metadata`: type, help and unit of each metric, as it said them last. */
export const getMetadata = ({ samples }: BackendParts): Handler =>
  withParameters((parameters) => {
    const wanted = parameters.get('metric')
    const known = [...samples.metadata()].filter(([name]) => wanted === null || name === wanted)
    return success(JSON.stringify(Object.fromEntries(known.map(([name, one]) => [name, [one]]))))
  })

/** `GET /api/v1/rules` and `/alerts`: none, for rules are Prometheus' to evaluate. Grafana asks before it shows a source. */
export const getNone = (field: 'groups' | 'alerts'): Handler => {
  const answer = success(JSON.stringify({ [field]: [] }))
  return () => answer
}
