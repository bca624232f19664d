import { stringify } from 'yaml'
import type { KubeObject } from '../../kube/index.ts'
import { type CliContext, type Command, reportProblems } from '../cli-context.ts'
import { kubeLists } from '../cluster/lists.ts'
import { withCluster } from '../cluster/open-cluster.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { kubeListFlags } from '../settings.ts'
import { tableLines } from '../table-lines.ts'

const EXIT_NONE = 1

/** `sidelight status|components|configurations -k`. */
export const kubeList =
  (name: string): Command =>
  async (argv, context) => {
    const list = kubeLists.find((each) => each.name === name)
    if (list === undefined) throw new Error(`no list ${name}`)
    if (argv.includes('--help') || argv.includes('-h')) {
      context.out(`sidelight ${name} -k [flags]: ${list.doc}\n\n${describeFlags(kubeListFlags)}`)
      return 0
    }
    const parsed = parseFlags(kubeListFlags, argv)
    if (!parsed.ok) return reportProblems(context, parsed.error)
    const { values } = parsed.value
    const { output } = values
    if (!values.kubernetes)
      return mistake(context, '--kubernetes', `${name} is of a cluster: sidelight ${name} -k`)
    if (!['table', 'json', 'yaml'].includes(output))
      return mistake(context, '--output', 'there are table, json and yaml', output)
    return withCluster(values, context, async (client) => {
      const lists = await Promise.all(
        list.types.map((type) =>
          client.list(type, {
            // As in Dapr: all of them, unless one is named.
            namespace: values['all-namespaces'] ? undefined : values.namespace,
            labelSelector: list.labelSelector,
          }),
        ),
      )
      const items = lists.flatMap((each) => each.items)
      if (output === 'json') context.out(JSON.stringify(items.map(asWritten), undefined, 2))
      else if (output === 'yaml') context.out(stringify(items.map(asWritten)).trimEnd())
      else if (items.length === 0) context.err(list.whenNone)
      else {
        const nowMs = context.clock.nowUs() / 1000
        const rows = items.map((each) => list.columns.map(({ cell }) => cell(each, nowMs)))
        const heads = list.columns.map(({ head }) => head)
        for (const line of tableLines(heads, rows)) context.out(line)
      }
      return items.length === 0 ? EXIT_NONE : 0
    })
  }

/** Without what kubectl and the API server note for themselves: the whole text again, and who wrote which field. */
function asWritten({ metadata, ...object }: KubeObject): object {
  const {
    managedFields: _,
    annotations = {},
    ...rest
  } = metadata as KubeObject['metadata'] & {
    readonly managedFields?: unknown
  }
  const { 'kubectl.kubernetes.io/last-applied-configuration': __, ...own } = annotations
  return {
    ...object,
    metadata: { ...rest, ...(Object.keys(own).length > 0 && { annotations: own }) },
  }
}

const mistake = (context: CliContext, path: string, message: string, seen?: string): number =>
  reportProblems(context, [
    { path, code: 'FLAG_INVALID', message, ...(seen !== undefined && { seen }) },
  ])
