import { kinds } from '../../kube/index.ts'
import { type Command, reportProblems } from '../cli-context.ts'
import { INJECTED } from '../cluster/injected-pods.ts'
import { findInstalled } from '../cluster/installed.ts'
import { needsKubernetes } from '../cluster/needs-kubernetes.ts'
import { withCluster } from '../cluster/open-cluster.ts'
import { countOwnResources } from '../cluster/own-resources.ts'
import { removeObjects } from '../cluster/remove-objects.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { uninstallFlags } from '../settings.ts'

const HELP = `sidelight uninstall -k [flags]

Removes Sidelight from a cluster. Definitions, every Component and Configuration, the namespace and the volumes stay,
unless --all is given. Sidecars run on as they are until their pods are made anew.
Exit code: 0 done, 2 nothing was deleted.
`

/** `sidelight uninstall -k`. */
export const uninstall: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(uninstallFlags)}`)
    return 0
  }
  const parsed = parseFlags(uninstallFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values } = parsed.value
  const { out, err } = context
  if (!values.kubernetes) return reportProblems(context, [needsKubernetes('uninstall')])
  return withCluster(values, context, async (client) => {
    const { sidelight } = await findInstalled(client)
    const own = values.all ? await countOwnResources(client) : []
    if (own.length > 0 && !values.yes && !values['dry-run'])
      return reportProblems(context, [
        {
          path: '--all',
          code: 'RESOURCES_WOULD_BE_LOST',
          message: `with the definitions go ${own.join(', ')}; --yes does it, without --all they stay`,
        },
      ])
    const removed = await removeObjects(client, {
      namespace: sidelight?.namespace,
      all: values.all,
      dryRun: values['dry-run'],
    })
    if (removed.length === 0) {
      err('Sidelight is not in this cluster: nothing to delete')
      return 0
    }
    for (const name of removed) out(`${name} ${values['dry-run'] ? 'would be deleted' : 'deleted'}`)
    if (!values.all)
      out('Definitions, resources, namespace and volumes stay: sidelight uninstall -k --all')
    const { items } = await client.list(kinds.pod, { labelSelector: INJECTED }, 'metadata')
    if (items.length > 0)
      out(
        `${items.length} pod${items.length === 1 ? ' has' : 's have'} a sidecar, which runs on: kubectl rollout restart their workloads`,
      )
    return 0
  })
}
