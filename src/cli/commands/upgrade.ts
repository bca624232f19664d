import type { Problem } from '../../base/problem.ts'
import { VERSION } from '../../base/version.ts'
import { type Command, reportProblems } from '../cli-context.ts'
import { bundleObjects } from '../cluster/bundle.ts'
import { installObjects } from '../cluster/install-objects.ts'
import { findInstalled, type Installed } from '../cluster/installed.ts'
import { readInstalledBundle } from '../cluster/installed-bundle.ts'
import { needsKubernetes } from '../cluster/needs-kubernetes.ts'
import { findOlderSidecars } from '../cluster/older-sidecars.ts'
import { withCluster } from '../cluster/open-cluster.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { upgradeFlags } from '../settings.ts'

const HELP = `sidelight upgrade -k [flags]

Makes the control plane of a cluster, and what came with it, this version: ${VERSION}. What was left out stays out.
Sidecars run on as they are until their pods are made anew; operators and sidecars of different versions understand
one another. Traces in the bundle's Zipkin stay unless its own image changes.
Exit code: 0 done, 1 something is not ready in time, 2 nothing or not all was applied.
`

/** `sidelight upgrade -k`. */
export const upgrade: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(upgradeFlags)}`)
    return 0
  }
  const parsed = parseFlags(upgradeFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values } = parsed.value
  if (!values.kubernetes) return reportProblems(context, [needsKubernetes('upgrade')])
  return withCluster(values, context, async (client) => {
    const installed = await findInstalled(client)
    const { sidelight } = installed
    const problem = whatForbids(installed)
    if (problem !== undefined || sidelight === undefined)
      return reportProblems(context, problem === undefined ? [] : [problem])
    context.out(
      `Sidelight ${sidelight.version} in namespace ${sidelight.namespace} becomes ${VERSION}`,
    )
    const options = await readInstalledBundle(client, sidelight.namespace)
    const objects = bundleObjects({ ...options, image: values.image ?? options.image })
    const code = await installObjects(client, objects, values, context)
    const older = values['dry-run'] ? [] : await findOlderSidecars(client, VERSION)
    for (const { namespace, workload, pods } of older)
      context.out(
        `${pods} sidecar${pods === 1 ? '' : 's'} of another version: kubectl rollout restart ${workload} -n ${namespace}`,
      )
    return code
  })
}

function whatForbids({ sidelight }: Installed): Problem | undefined {
  if (sidelight === undefined)
    return {
      path: 'upgrade',
      code: 'NOT_INSTALLED',
      message: 'Sidelight is not in this cluster: sidelight init -k',
    }
  return isNewer(sidelight.version, VERSION)
    ? {
        path: 'upgrade',
        code: 'UPGRADE_BACKWARDS',
        message: `${sidelight.version} is installed, which is newer than this program (${VERSION}); take the command line of that version`,
      }
    : undefined
}

/** By major, minor and patch. */
export function isNewer(version: string, than: string): boolean {
  const numbers = (text: string) => text.split(/[.-]/, 3).map(Number)
  const [a, b] = [numbers(version), numbers(than)]
  const i = a.findIndex((number, at) => number !== b[at])
  return i >= 0 && (a[i] ?? 0) > (b[i] ?? 0)
}
