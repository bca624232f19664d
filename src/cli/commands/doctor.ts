import { Fault, messageOf } from '../../base/fault.ts'
import { createPaint } from '../../base/paint.ts'
import { collectReports } from '../../net/index.ts'
import { diagnose } from '../../policy/index.ts'
import type { Diagnosis, EndpointFacts, SidecarStatus } from '../../wire/diagnosis.ts'
import { type CliContext, type Command, EXIT_MISTAKE, reportProblems } from '../cli-context.ts'
import { diagnoseCluster } from '../cluster/doctor-cluster.ts'
import { withCluster } from '../cluster/open-cluster.ts'
import { findingLines, sidecarLines } from '../diagnosis-lines.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { probeEndpoints } from '../probe-endpoints.ts'
import { doctorFlags } from '../settings.ts'
import { createSharedParts } from '../shared-parts.ts'

const EXIT_UNHEALTHY = 1
const HELP = `sidelight doctor [APP] [flags]

Asks every sidecar of this machine, or those of one app, what it does with traces, and says why traces are
missing or torn, with the cure. Needs no backend. With -k it asks those of a cluster, and the cluster itself: whether
pods have sidecars, whether the control plane runs, whether what was applied is in force.
Exit code: 0 healthy, 1 something is wrong, 2 wrong usage.
`

export const doctor: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(doctorFlags)}`)
    return 0
  }
  const parsed = parseFlags(doctorFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, positional, rest } = parsed.value
  const [appId, ...more] = [...positional, ...rest]
  if (more.length > 0) {
    context.err(`error: one app at a time, or none for all; ${more.join(' ')} is too much`)
    return EXIT_MISTAKE
  }

  if (values.kubernetes)
    return withCluster(values, context, async (client, cluster) => {
      const { namespace } = values
      const found = await diagnoseCluster(client, cluster, { appId, namespace }, context)
      return tell(found.diagnosis, { ...found, endpoints: [] }, values.json, context)
    })

  const { registrations, sender } = createSharedParts(context)
  const all = await registrations.list().catch((cause) => {
    throw new Fault(
      'HOME_NOT_READABLE',
      `cannot read the registrations in ${context.home}: ${messageOf(cause)}; point SIDELIGHT_HOME at the directory that the sidecars use`,
      { cause },
    )
  })
  const isAsked = (registration: { readonly appId: string }): boolean =>
    appId === undefined || registration.appId === appId
  const asked = all.some(isAsked) ? all.filter(isAsked) : all
  const statuses = await collectReports(asked, sender, context.clock)
  const endpoints = await probeEndpoints(statuses, sender)
  await sender.close()
  const diagnosis = diagnose(statuses, { appId, endpoints, nowUs: context.clock.nowUs() })

  return tell(diagnosis, { endpoints, statuses }, values.json, context)
}

function tell(
  diagnosis: Diagnosis,
  seen: {
    readonly statuses: readonly SidecarStatus[]
    readonly endpoints: readonly EndpointFacts[]
    readonly unasked?: number
  },
  json: boolean,
  { out, isTerminal }: CliContext,
): number {
  const { statuses, endpoints, unasked = 0 } = seen
  if (json) out(JSON.stringify({ ...diagnosis, endpoints, statuses }))
  else {
    const paint = createPaint(isTerminal)
    const blocks = [
      ...diagnosis.findings.map((finding) => findingLines(finding, paint)),
      ...diagnosis.sidecars.map((sidecar, i) => sidecarLines(sidecar, statuses[i], paint)),
    ]
    out(blocks.map((lines) => lines.join('\n')).join('\n\n'))
    if (unasked > 0) out(`\n${unasked} more sidecars were not asked; name an app`)
    if (diagnosis.sidecars.length > 0) out(`\n${verdict(diagnosis.sidecars)}`)
  }
  return diagnosis.healthy ? 0 : EXIT_UNHEALTHY
}

function verdict(
  sidecars: readonly { readonly appId: string; readonly healthy: boolean }[],
): string {
  const ill = sidecars.filter(({ healthy }) => !healthy).map(({ appId }) => appId)
  const all = `${sidecars.length} sidecar${sidecars.length === 1 ? '' : 's'}`
  return ill.length === 0
    ? `${all}: nothing is wrong with configuration, components and tracing`
    : `${all}: something is wrong with ${[...new Set(ill)].join(', ')}`
}
