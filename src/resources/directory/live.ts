import type { Clock } from '../../base/clock.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Located } from '../located.ts'
import type { Reload } from '../reload.ts'
import type { TextSource } from '../text-source.ts'
import type { Resources } from './kinds.ts'
import { parseResources } from './parse.ts'

export interface LiveResources extends Disposable {
  current(): Resources
  lastReload(): Reload
}

export interface LiveResourcesOptions {
  readonly source: TextSource
  readonly clock: Clock
  /** Called after each attempt but the first. A change that is wrong leaves what was there. */
  readonly onReload: (reload: Reload, resources: Resources) => void
}

/** @returns the resources of a source, watched; or every problem of the first reading */
export async function watchResources(
  options: LiveResourcesOptions,
): Promise<Result<LiveResources, Problem[]>> {
  const { source, clock, onReload } = options
  const first = await readResources(source)
  if (!first.ok) return first
  let { resources } = first.value
  let lastReload: Reload = {
    result: 'applied',
    problems: first.value.warnings,
    atUs: clock.nowUs(),
  }

  const attempt = async (): Promise<Reload> => {
    const read = await readResources(source)
    const atUs = clock.nowUs()
    if (!read.ok) return { result: 'rejected', problems: read.error, atUs }
    const same = contentOf(read.value.resources) === contentOf(resources)
    resources = read.value.resources
    const recovered = lastReload.result === 'rejected' ? { recovered: true as const } : {}
    return {
      result: same ? 'unchanged' : 'applied',
      problems: read.value.warnings,
      atUs,
      ...recovered,
    }
  }
  let isClosed = false
  const watch = source.watch(async () => {
    const reload = await attempt()
    if (isClosed) return reload
    lastReload = reload
    onReload(lastReload, resources)
    return reload
  })
  return ok({
    current: () => resources,
    lastReload: () => lastReload,
    [Symbol.dispose]() {
      isClosed = true
      watch[Symbol.dispose]()
    },
  })
}

/** Without places: a moved line changes nothing. */
const contentOf = (resources: Resources): string =>
  JSON.stringify(
    Object.values<readonly Located<unknown>[]>({ ...resources }).map((list) =>
      list.map(({ resource }) => resource),
    ),
  )

async function readResources(
  source: TextSource,
): Promise<Result<{ resources: Resources; warnings: Problem[] }, Problem[]>> {
  const read = await source.read()
  const { resources, problems } = await parseResources(read.texts)
  const all = [...read.problems, ...problems]
  return all.some(({ severity }) => severity === undefined)
    ? err(all)
    : ok({ resources, warnings: all })
}
