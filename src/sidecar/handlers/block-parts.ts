import { apiFault } from '../../net/index.ts'
import type { ErrorName } from '../../wire/error-codes.ts'
import type { BlockName, Blocks } from '../components/blocks.ts'
import type { ComponentCalls } from '../components/component-calls.ts'
import type { ComponentHost, Hosted } from '../components/component-host.ts'

/** What the handlers of all building blocks share. */
export interface BlockParts {
  readonly host: Pick<ComponentHost, 'find' | 'all'>
  readonly calls: ComponentCalls
  readonly own: { readonly appId: string; readonly namespace: string }
  readonly maxBodyBytes: number
}

/**
 * @param faults the answers when there is no component of the block at all, and when there are others
 * @throws Fault one of the two
 */
export function hostedOf<K extends BlockName>(
  { host }: Pick<BlockParts, 'host'>,
  block: K,
  name: string,
  faults: { readonly none: ErrorName; readonly unknown: ErrorName },
): Hosted<Blocks[K]> {
  const hosted = host.find(block, name)
  if (hosted !== undefined) return hosted
  throw apiFault(host.all(block).length === 0 ? faults.none : faults.unknown, { name })
}
