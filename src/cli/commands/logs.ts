import type { IncomingMessage } from 'node:http'
import { messageOf } from '../../base/fault.ts'
import { nearest } from '../../base/nearest.ts'
import type { Problem } from '../../base/problem.ts'
import { APP_ID_LABEL } from '../../control/operator/index.ts'
import { type KubeClient, type KubeObject, kinds } from '../../kube/index.ts'
import { type CliContext, type Command, reportProblems } from '../cli-context.ts'
import { INJECTED } from '../cluster/injected-pods.ts'
import { needsKubernetes } from '../cluster/needs-kubernetes.ts'
import { withCluster } from '../cluster/open-cluster.ts'
import { describeFlags, type FlagValues, parseFlags } from '../flags.ts'
import { logsFlags } from '../settings.ts'

const HELP = `sidelight logs -k --app-id APP [flags]

Shows what the sidecars of an app write. Of several pods, each line begins with the pod's name.
Exit code: 0 shown, 1 some pod's log cannot be read, 2 there is no such app.
`

const EXIT_UNREAD = 1

type Values = FlagValues<typeof logsFlags>

/** `sidelight logs -k`. */
export const logs: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`${HELP}\n${describeFlags(logsFlags)}`)
    return 0
  }
  const parsed = parseFlags(logsFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, positional } = parsed.value
  const appId = values['app-id'] ?? positional[0]
  if (!values.kubernetes) return reportProblems(context, [needsKubernetes('logs')])
  if (appId === undefined)
    return reportProblems(context, [
      { path: '--app-id', code: 'FLAG_MISSING', message: 'name the app: --app-id orders' },
    ])
  return withCluster(values, context, async (client) => {
    const found = await findPods(client, appId, values)
    if ('code' in found) return reportProblems(context, [found])
    return showLogs(client, found.pods, values, context)
  })
}

async function findPods(
  client: KubeClient,
  appId: string,
  { namespace, 'pod-name': podName }: Values,
): Promise<{ readonly pods: readonly KubeObject[] } | Problem> {
  const { items } = await client.list(kinds.pod, { namespace, labelSelector: INJECTED }, 'metadata')
  const idOf = ({ metadata }: KubeObject): string => metadata.labels?.[APP_ID_LABEL] ?? ''
  const ofApp = items.filter((pod) => idOf(pod) === appId)
  const pods = ofApp.filter(({ metadata }) => podName === undefined || metadata.name === podName)
  if (pods.length > 0) return { pods }
  const [path, what, seen, known] =
    ofApp.length > 0
      ? ['--pod-name', 'pod of the app', podName ?? '', ofApp.map(({ metadata }) => metadata.name)]
      : ['--app-id', 'pod with a sidecar of this app', appId, [...new Set(items.map(idOf))]]
  const meant = nearest(seen, known)
  const cure =
    meant === undefined
      ? `there are ${known.sort().join(', ') || 'none'}`
      : `did you mean ${meant}?`
  return { path, code: 'NOT_FOUND', message: `there is no ${what}; ${cure}`, seen }
}

async function showLogs(
  client: KubeClient,
  pods: readonly KubeObject[],
  values: Values,
  context: CliContext,
): Promise<number> {
  const stop = new AbortController()
  const show = async ({ metadata: { name, namespace = '' } }: KubeObject): Promise<boolean> => {
    try {
      const answer = await client.stream(logPath(namespace, name, values), '*/*', stop.signal)
      for await (const line of linesOf(answer))
        context.out(pods.length === 1 ? line : `${name} | ${line}`)
      return true
    } catch (error) {
      if (stop.signal.aborted) return true
      context.err(`error: the log of pod ${namespace}/${name} cannot be read: ${messageOf(error)}`)
      return false
    }
  }
  const shown = Promise.all(pods.map(show))
  const code = shown.then((all) => (all.every(Boolean) ? 0 : EXIT_UNREAD))
  if (!values.follow) return code
  return Promise.race([
    code,
    context.runUntilStopped({
      onRequest: () => undefined,
      stop: async () => {
        stop.abort()
        await shown
      },
    }),
  ])
}

const logPath = (
  namespace: string,
  pod: string,
  { container, follow, tail, since }: Values,
): string => {
  const query = new URLSearchParams({
    container,
    ...(follow && { follow: 'true' }),
    ...(tail !== undefined && { tailLines: String(tail) }),
    ...(since !== undefined && { sinceSeconds: String(Math.max(1, Math.ceil(since / 1000))) }),
  })
  return `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query}`
}

async function* linesOf(answer: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  for await (const part of answer.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = `${rest}${part}`.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
