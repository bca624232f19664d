import { formatProblem, type Problem } from '../../base/problem.ts'
import type { ResourceText } from '../../resources/index.ts'
import type { RejectedResource, StreamedResource } from '../../wire/operator-stream.ts'

/**
 * In a cluster each resource stands for itself, and many people write them: one that is wrong must not keep the others
 * from their sidecars. Of one that is wrong, the last good version stays.
 */
export interface LastGood {
  take(resources: readonly StreamedResource[]): Promise<{
    readonly texts: readonly ResourceText[]
    readonly rejected: readonly RejectedResource[]
  }>
}

/** @param check what is wrong with one of them, warnings aside */
export function keepLastGood(check: (text: ResourceText) => Promise<readonly Problem[]>): LastGood {
  let kept = new Map<string, ResourceText | undefined>()
  return {
    async take(resources) {
      const next: typeof kept = new Map()
      const rejected: RejectedResource[] = []
      for (const resource of resources) {
        const { kind, metadata } = resource
        const file = `${kind} ${metadata.namespace}/${metadata.name}`
        const text = { file, text: JSON.stringify(resource) }
        const problems = (await check(text)).filter(({ severity }) => severity === undefined)
        if (problems.length === 0) next.set(file, text)
        else {
          next.set(file, kept.get(file))
          rejected.push({ kind, name: metadata.name, message: problems.map(sayShort).join('; ') })
        }
      }
      kept = next
      return {
        texts: [...next.values()].filter((text) => text !== undefined),
        rejected,
      }
    },
  }
}

/** The text is made by a machine: its lines tell nothing. */
const sayShort = ({ file: _, line: __, ...problem }: Problem): string => formatProblem(problem)
