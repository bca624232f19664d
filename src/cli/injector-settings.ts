import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'
import { CONTROLLERS, type InjectorSettings } from '../control/injector/index.ts'
import type { FlagValues } from './flags.ts'
import type { injectorFlags } from './settings.ts'
import { addresses, commaList } from './sidecar-settings.ts'

type Env = Readonly<Record<string, string | undefined>>

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'] as const
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['', false],
  ['false', false],
  ['true', true],
])
/** [RFC 1123: label; a domain is labels with dots] */
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const DOMAIN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/
const ACCOUNT = /^[a-z0-9.*-]+:[a-z0-9.*-]+$/
const OPERATOR_PORT = 6500

/** Flags and environment as settings, or everything that is wrong with them. */
export function toInjectorSettings(
  flags: FlagValues<typeof injectorFlags>,
  env: Env,
): Result<InjectorSettings, Problem[]> {
  const problems: Problem[] = []
  const wrong = (path: string, message: string, seen: string): void => {
    problems.push({ path, code: 'ENVIRONMENT_INVALID', message, seen: seen.slice(0, MAX_SHOWN) })
  }
  const image = env.SIDECAR_IMAGE ?? ''
  if (!/^\S+$/.test(image))
    wrong('SIDECAR_IMAGE', 'an image is needed, for example sidelight/sidelight:0.1.0', image)
  const asked = env.SIDECAR_IMAGE_PULL_POLICY || 'IfNotPresent'
  const imagePullPolicy = PULL_POLICIES.find((each) => each.toLowerCase() === asked.toLowerCase())
  if (imagePullPolicy === undefined)
    wrong('SIDECAR_IMAGE_PULL_POLICY', `${PULL_POLICIES.join(', ')} is needed`, asked)
  const namespace = env.NAMESPACE || 'sidelight-system'
  if (!NAME.test(namespace)) wrong('NAMESPACE', 'a name of a namespace is needed', namespace)
  const clusterDomain = env.KUBE_CLUSTER_DOMAIN || 'cluster.local'
  if (!DOMAIN.test(clusterDomain))
    wrong('KUBE_CLUSTER_DOMAIN', 'a domain such as cluster.local is needed', clusterDomain)
  const native = env.NATIVE_SIDECAR_ENABLED ?? ''
  const nativeSidecar = BOOLEANS.get(native.toLowerCase())
  if (nativeSidecar === undefined)
    wrong('NATIVE_SIDECAR_ENABLED', 'true or false is needed', native)
  const accounts = ['ALLOWED_SERVICE_ACCOUNTS', 'ALLOWED_SERVICE_ACCOUNTS_PREFIX_NAMES'].flatMap(
    (name) => {
      const found = commaList(env[name] ?? '')
      for (const each of found)
        if (!ACCOUNT.test(each)) wrong(name, 'NAMESPACE:NAME is needed', each)
      return found
    },
  )
  if (problems.length > 0 || imagePullPolicy === undefined || nativeSidecar === undefined)
    return err(problems)

  return ok({
    port: flags.port,
    probePort: flags['probe-port'],
    addresses: addresses(flags['listen-address']),
    namespace,
    clusterDomain,
    webhook: flags.webhook,
    review: {
      image,
      imagePullPolicy,
      nativeSidecar,
      tokenAudience: 'sidelight.dev/operator',
      controlPlaneAddress: `sidelight-operator.${namespace}.svc.${clusterDomain}:${OPERATOR_PORT}`,
      controlPlaneNamespace: namespace,
      trustDomain: clusterDomain,
      serviceAccounts: [...CONTROLLERS, ...accounts],
    },
  })
}

const MAX_SHOWN = 80
