import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { OperatorSettings } from '../control/operator/index.ts'
import type { FlagValues } from './flags.ts'
import type { operatorFlags } from './settings.ts'
import { addresses } from './sidecar-settings.ts'

/** Flags and environment as settings, or everything that is wrong with them. */
export function toOperatorSettings(
  flags: FlagValues<typeof operatorFlags>,
  env: Readonly<Record<string, string | undefined>>,
): Result<OperatorSettings, Problem[]> {
  const problems: Problem[] = []
  const named = (path: string, value: string, pattern: RegExp, message: string): string => {
    if (!pattern.test(value))
      problems.push({ path, code: 'ENVIRONMENT_INVALID', message, seen: value.slice(0, MAX_SHOWN) })
    return value
  }
  const settings = {
    namespace: named(
      'NAMESPACE',
      env.NAMESPACE || 'sidelight-system',
      LABEL,
      'a name of a namespace is needed',
    ),
    clusterDomain: named(
      'KUBE_CLUSTER_DOMAIN',
      env.KUBE_CLUSTER_DOMAIN || 'cluster.local',
      DOMAIN,
      'a domain such as cluster.local is needed',
    ),
    identity: named('POD_NAME', env.POD_NAME ?? '', DOMAIN, 'the name of the pod is needed'),
    port: flags.port,
    probePort: flags['probe-port'],
    addresses: addresses(flags['listen-address']),
    besideDapr: flags['beside-dapr'],
    defaultConfigurationFile: flags['default-configuration'],
  }
  return problems.length > 0 ? err(problems) : ok(settings)
}

/** [RFC 1123: label; a domain is labels with dots] */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const DOMAIN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/
const MAX_SHOWN = 80
