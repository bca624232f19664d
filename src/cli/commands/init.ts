import { stringify } from 'yaml'
import type { Problem } from '../../base/problem.ts'
import { VERSION } from '../../base/version.ts'
import type { Cluster } from '../../kube/index.ts'
import { type CliContext, type Command, reportProblems } from '../cli-context.ts'
import { type BundleOptions, bundleObjects } from '../cluster/bundle.ts'
import { installObjects } from '../cluster/install-objects.ts'
import { findInstalled, type Installed } from '../cluster/installed.ts'
import { withCluster } from '../cluster/open-cluster.ts'
import { PARTS, type Part } from '../cluster/parts.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { initFlags } from '../settings.ts'

const HELP = `sidelight init -k [flags]

Installs Sidelight in a cluster: control plane, Zipkin, Prometheus, Grafana with boards, Redis, and a default
Configuration. Where Dapr is installed it goes beside it. Run again, it changes nothing that is as it should be.
Exit code: 0 done, 1 something is not ready in time, 2 nothing or not all was applied.
`

/** `sidelight init -k`. */
export const init: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(initFlags)}`)
    return 0
  }
  const parsed = parseFlags(initFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values } = parsed.value
  if (!values.kubernetes && !values.print) {
    context.out(
      'Nothing needs to be set up on this machine: sidelight run --app-id NAME -- COMMAND. In a cluster: sidelight init -k',
    )
    return 0
  }
  const read = readOptions(values)
  if ('problems' in read) return reportProblems(context, read.problems)
  const options = { ...values, ...read, besideDapr: values['beside-dapr'] ?? false }
  if (values.print) {
    context.out(
      bundleObjects(options)
        .map((object) => stringify(object))
        .join('---\n')
        .trimEnd(),
    )
    return 0
  }
  return withCluster(values, context, async (client, cluster) => {
    const installed = await findInstalled(client)
    const problem = whatForbids(installed, values.namespace, values['beside-dapr'])
    if (problem !== undefined) return reportProblems(context, [problem])
    const besideDapr = values['beside-dapr'] ?? installed.dapr !== undefined
    tellPlan(context, cluster, installed, { ...options, besideDapr })
    const objects = bundleObjects({ ...options, besideDapr })
    const code = await installObjects(client, objects, values, context)
    if (code === 0 && !values['dry-run']) tellNext(context, besideDapr)
    return code
  })
}

interface Values {
  readonly without: readonly string[]
  readonly zipkin: string | undefined
  readonly namespace: string
}

type Options = Pick<BundleOptions, 'without' | 'zipkin'>

function readOptions(values: Values): Options | { readonly problems: readonly Problem[] } {
  const names = values.without.flatMap((list) => list.split(',')).map((name) => name.trim())
  const problems: Problem[] = names
    .filter((name) => !isPart(name))
    .map((name) => ({
      path: '--without',
      code: 'FLAG_INVALID',
      message: `there are ${PARTS.join(', ')}`,
      seen: name,
    }))
  const without = names.filter(isPart)
  const zipkin = values.zipkin?.replace(/\/+$/, '')
  if (zipkin !== undefined && !/^https?:\/\/[^\s/"@]+$/.test(zipkin))
    problems.push({
      path: '--zipkin',
      code: 'FLAG_INVALID',
      message:
        'a base URL without path and login is needed, for example http://zipkin.tracing:9411',
    })
  if (without.includes('zipkin') && zipkin === undefined)
    problems.push({
      path: '--without',
      code: 'ZIPKIN_MISSING',
      message:
        'without the bundle’s Zipkin traces need another one: --zipkin http://zipkin.tracing:9411',
    })
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(values.namespace))
    problems.push({
      path: '--namespace',
      code: 'FLAG_INVALID',
      message: 'a namespace has lower case letters, digits and dashes, at most 63',
      seen: values.namespace,
    })
  return problems.length > 0 ? { problems } : { without, zipkin }
}

const isPart = (name: string): name is Part => (PARTS as readonly string[]).includes(name)

function whatForbids(
  { sidelight, dapr }: Installed,
  namespace: string,
  besideDapr: boolean | undefined,
): Problem | undefined {
  if (sidelight !== undefined && sidelight.namespace !== namespace)
    return {
      path: '--namespace',
      code: 'INSTALLED_ELSEWHERE',
      message: `Sidelight is in namespace ${sidelight.namespace} already, and two would write the same resources; name that one, or sidelight uninstall -k first`,
      seen: namespace,
    }
  if (sidelight !== undefined && sidelight.version !== VERSION)
    return {
      path: 'version',
      code: 'INSTALLED_OTHER_VERSION',
      message: `Sidelight ${sidelight.version} is installed; sidelight upgrade -k makes it ${VERSION}`,
    }
  if (dapr !== undefined && besideDapr === false)
    return {
      path: '--beside-dapr',
      code: 'DAPR_INSTALLED',
      message: `Dapr ${dapr.version} is in namespace ${dapr.namespace}: its definitions would be replaced; leave the flag out, or uninstall Dapr first`,
    }
  return undefined
}

function tellPlan(
  { out, err }: CliContext,
  { server, context }: Cluster,
  { dapr, foreignDefinitions }: Installed,
  { namespace, besideDapr }: BundleOptions,
): void {
  const where = context === undefined ? server : `${context} (${server})`
  out(`Sidelight ${VERSION} into namespace ${namespace} of ${where}`)
  if (dapr !== undefined)
    out(
      `Dapr ${dapr.version} is in namespace ${dapr.namespace}: its definitions and Services stay as they are`,
    )
  if (!besideDapr && foreignDefinitions.length > 0)
    err(
      `warning: definitions of another program are replaced, the resources of their kinds stay: ${foreignDefinitions.join(', ')}`,
    )
}

function tellNext({ out }: CliContext, besideDapr: boolean): void {
  const label = besideDapr ? ', and the label sidelight.dev/inject: "true"' : ''
  out(
    `\nReady. An app needs these annotations on its pod template: dapr.io/enabled: "true", dapr.io/app-id: NAME${label}`,
  )
  out('Look at its traces: sidelight dashboard -k; at what is wrong: sidelight doctor -k')
}
