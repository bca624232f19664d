import { type CliContext, EXIT_MISTAKE } from './cli-context.ts'
import type { FlagValues } from './flags.ts'
import type { TapTarget } from './open-taps.ts'
import type { tapFlags } from './settings.ts'
import { createSharedParts } from './shared-parts.ts'

type Values = Pick<
  FlagValues<typeof tapFlags>,
  'kubernetes' | 'kubeconfig' | 'context' | 'namespace' | 'sidecar'
>

/** Whose requests are watched: one sidecar's by its URL, those of a cluster, or those of this machine. */
export async function withTapTargets(
  values: Values,
  appId: string | undefined,
  context: CliContext,
  use: (list: () => Promise<readonly TapTarget[]>) => Promise<number>,
): Promise<number> {
  const { sidecar: url } = values
  if (url !== undefined) return use(async () => [{ name: url, url }])
  if (values.kubernetes)
    // The client library is dear to import.
    return (await import('./cluster/tap-cluster.ts')).withPods(values, appId, context, use)
  const { registrations, sender } = createSharedParts(context)
  try {
    return await use(async () =>
      (await registrations.list())
        .filter((each) => appId === undefined || each.appId === appId)
        .map(({ appId: name, host, httpPort }) => ({ name, url: `http://${host}:${httpPort}` })),
    )
  } finally {
    await sender.close()
  }
}

/** The app that is named, if one is. @returns the exit code of too many */
export function oneApp(
  words: readonly string[],
  { err }: CliContext,
): { readonly appId: string | undefined } | number {
  const [appId, ...more] = words
  if (more.length === 0) return { appId }
  err(`error: one app at a time, or none for all; ${more.join(' ')} is too much`)
  return EXIT_MISTAKE
}
