import { formatProblem } from '../../base/problem.ts'
import { parseConfiguration, parseResources } from '../../resources/index.ts'
import type { ClusterResource } from './cluster-resource.ts'

/** What is wrong with a resource, as its sidecars will find it. @returns messages with paths; empty = it is right */
export async function findProblems({
  kind,
  streamed,
}: ClusterResource): Promise<readonly string[]> {
  const files = [{ file: '', text: JSON.stringify(streamed) }]
  const problems =
    kind === 'Configuration'
      ? await parseConfiguration(files, {
          env: {},
          ignoreReferences: true,
          foreignEnvironment: true,
        }).then((read) => (read.ok ? [] : read.error))
      : (await parseResources(files)).problems
  return problems
    .filter(({ severity }) => severity === undefined)
    .map(({ file: _, line: __, ...rest }) => formatProblem(rest))
}
