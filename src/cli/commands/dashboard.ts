import { codeOf } from '../../base/fault.ts'
import { nearest } from '../../base/nearest.ts'
import type { Cluster, KubeClient } from '../../kube/index.ts'
import { isListening } from '../../net/index.ts'
import { type CliContext, type Command, reportProblems } from '../cli-context.ts'
import { type Forwarded, forwardPort, type ServicePort } from '../cluster/forward-port.ts'
import { findInstalled } from '../cluster/installed.ts'
import { withCluster } from '../cluster/open-cluster.ts'
import { describeFlags, type FlagValues, parseFlags } from '../flags.ts'
import { openBrowser } from '../open-browser.ts'
import { dashboardFlags } from '../settings.ts'

/** What can be looked at, with the Service's port. */
const PAGES: Readonly<Record<string, { readonly service: string; readonly port: number }>> = {
  console: { service: 'sidelight-console', port: 8080 },
  grafana: { service: 'grafana', port: 3000 },
  zipkin: { service: 'zipkin', port: 9411 },
  prometheus: { service: 'prometheus', port: 9090 },
}
const BACKEND_PORT = 9411
const EXIT_NOT_THERE = 1

const HELP = `sidelight dashboard [-k] [console|grafana|zipkin|prometheus] [flags]

Opens the console: of this machine's backend, or with -k of a cluster, by a port that leads there until Ctrl-C.
Exit code: 0 stopped, 1 nothing is there to be shown, 2 wrong usage.
`

type Values = FlagValues<typeof dashboardFlags>

/** `sidelight dashboard`. */
export const dashboard: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(dashboardFlags)}`)
    return 0
  }
  const parsed = parseFlags(dashboardFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, positional } = parsed.value
  if (!values.kubernetes) return showLocal(values, context)
  const name = positional[0] ?? 'console'
  const page = Object.hasOwn(PAGES, name) ? PAGES[name] : undefined
  if (page === undefined) {
    const meant = nearest(name, Object.keys(PAGES))
    const message =
      meant === undefined ? `there are ${Object.keys(PAGES).join(', ')}` : `did you mean ${meant}?`
    return reportProblems(context, [
      { path: 'dashboard', code: 'NO_SUCH_PAGE', message, seen: name },
    ])
  }
  return withCluster(values, context, async (client, cluster) => {
    const namespace = values.namespace ?? (await findInstalled(client)).sidelight?.namespace
    if (namespace === undefined) {
      context.err('error: Sidelight is not in this cluster: sidelight init -k')
      return EXIT_NOT_THERE
    }
    return forward(client, cluster, { namespace, ...page }, values, context)
  })
}

async function forward(
  client: KubeClient,
  cluster: Cluster,
  target: ServicePort,
  values: Values,
  context: CliContext,
): Promise<number> {
  const open = (localPort: number): Promise<Forwarded> =>
    forwardPort(client, cluster, {
      ...target,
      localPort,
      onFailed: (why) => context.err(`error: ${why}`),
    })
  const forwarded = await open(values.port || target.port).catch((error) => {
    // Only a port that somebody chose has to be that one.
    if (values.port !== 0 || codeOf(error) !== 'PORT_TAKEN') throw error
    return open(0)
  })
  show(`http://localhost:${forwarded.port}/`, values, context)
  context.out('Ctrl-C ends it')
  return context.runUntilStopped({
    onRequest: () => undefined,
    stop: async () => undefined,
  })
}

async function showLocal(values: Values, context: CliContext): Promise<number> {
  const port = values.port || BACKEND_PORT
  if (!(await isListening('127.0.0.1', port))) {
    context.err(
      `error: no backend at port ${port} of this machine: sidelight backend, or npm start; of a cluster: sidelight dashboard -k`,
    )
    return EXIT_NOT_THERE
  }
  show(`http://localhost:${port}/zipkin/`, values, context)
  return 0
}

function show(url: string, { open }: Values, { out, isTerminal }: CliContext): void {
  out(url)
  if (open && isTerminal) openBrowser(url)
}
