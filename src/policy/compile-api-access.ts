import type { Configuration } from '../resources/index.ts'

/** Whether an API is offered: its group, and its version as it stands in paths, for example `v1.0-alpha1`. */
export type ApiAccess = (group: string, version: string) => boolean

/**
 * The lists `api.allowed` and `api.denied`. What is denied is closed, and so is everything that is not allowed once
 * something is; health checks are always open. A rule without a protocol holds for HTTP, too: daprd reads it as
 * one for no protocol at all.
 *
 * @see dapr `pkg/api/http/endpoints/endpoint.go` IsAllowed
 */
export function compileApiAccess({ api }: Configuration): ApiAccess {
  const keysOf = (rules: NonNullable<typeof api>['allowed'] = []): ReadonlySet<string> =>
    new Set(
      rules
        .filter(({ protocol }) => protocol !== 'grpc')
        .map(({ name, version }) => `${shortVersion(version)}/${name}`),
    )
  const allowed = keysOf(api?.allowed)
  const denied = keysOf(api?.denied)
  return (group, version) => {
    const key = `${shortVersion(version)}/${group}`
    if (group === 'healthz') return true
    return !denied.has(key) && (allowed.size === 0 || allowed.has(key))
  }
}

/** `v1.0-alpha1` and `v1alpha1` are one version. */
const shortVersion = (version: string): string => version.replace('.0', '').replace('-', '')
