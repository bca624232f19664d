import { codeOf } from '../../base/fault.ts'
import { type KubeClient, kinds } from '../../kube/index.ts'

const OF_DEFINITIONS = [
  kinds.component,
  kinds.configuration,
  kinds.subscription,
  kinds.resiliency,
  kinds.httpEndpoint,
]

/** What people have made of our definitions, for example `3 Components`. */
export async function countOwnResources(client: KubeClient): Promise<readonly string[]> {
  const counts = await Promise.all(
    OF_DEFINITIONS.map(async (type) => {
      try {
        const { items } = await client.list(type, {}, 'metadata')
        return { kind: type.kind, count: items.length }
      } catch (error) {
        // Without its definition there is none.
        if (codeOf(error) === 'ERR_KUBE_NOT_FOUND') return { kind: type.kind, count: 0 }
        throw error
      }
    }),
  )
  return counts.flatMap(({ kind, count }) => {
    if (count === 0) return []
    return [count === 1 ? `1 ${kind}` : `${count} ${kind.replace(/y$/, 'ie')}s`]
  })
}
