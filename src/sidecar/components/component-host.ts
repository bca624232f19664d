import { Fault, messageOf } from '../../base/fault.ts'
import { formatProblem, type Problem, sayProblem } from '../../base/problem.ts'
import type { Block } from '../../components/index.ts'
import type { Component, Located } from '../../resources/index.ts'
import type { ComponentFailure } from '../../wire/sidecar-report.ts'
import { type BlockName, type Blocks, blockOf } from './blocks.ts'
import { inWaves } from './in-waves.ts'
import { type OpenOptions, openComponent } from './open-component.ts'
import type { MetadataLookup } from './resolve-metadata.ts'

/** A component that runs: what it is, and the driver's block. */
export interface Hosted<B> {
  readonly component: Component
  readonly block: B
}

/** The components of this sidecar's app: started, replaced and closed as their resources come and go. */
export interface ComponentHost extends AsyncDisposable {
  /**
   * Starts all of them.
   * @throws Fault `COMPONENT_FAILED`, naming every one that failed and does not ignore errors
   */
  start(components: readonly Located<Component>[]): Promise<void>
  /** Follows a change: one that fails leaves what was there, is logged, and shows in the list. */
  apply(components: readonly Located<Component>[]): Promise<void>
  /** The component of this name, if it runs and is of this block. */
  find<K extends BlockName>(block: K, name: string): Hosted<Blocks[K]> | undefined
  /** Those of a block that run. */
  all<K extends BlockName>(block: K): readonly Hosted<Blocks[K]>[]
  /** For `GET /v1.0/metadata`. */
  list(): readonly ComponentStatus[]
  /** Those that do not run as their resources ask. */
  failed(): readonly ComponentFailure[]
}

export interface ComponentStatus {
  readonly name: string
  readonly type: string
  readonly version: string
  readonly capabilities: readonly string[]
  /** Why it does not run as its resource asks. */
  readonly error?: string
}

export interface ComponentHostOptions extends Omit<OpenOptions, 'lookup'> {
  /** Besides the secret stores, which the host runs itself. */
  readonly lookup: Omit<MetadataLookup, 'secretStore'>
  /** Something runs that did not, or not in this form; or no longer does. */
  readonly onChange: () => void
  readonly onInit: (type: string, name: string, failed: boolean) => void
}

interface Entry {
  readonly located: Located<Component>
  /** What runs; of an earlier resource when the last change failed. */
  hosted: Hosted<Block> | undefined
  error: string | undefined
}

/** Calls that are under way when a component is replaced get this long. */
const DRAIN_MS = 5_000

export function createComponentHost(options: ComponentHostOptions): ComponentHost {
  const { appId, namespace, clock, log, onInit, onChange } = options
  const entries = new Map<string, Entry>()
  const isOurs = ({ resource }: Located<Component>): boolean =>
    (resource.scopes.length === 0 || resource.scopes.includes(appId)) &&
    (resource.namespace === '' || resource.namespace === namespace)

  const find = <K extends BlockName>(block: K, name: string): Hosted<Blocks[K]> | undefined => {
    const hosted = entries.get(name)?.hosted
    return isOf(hosted, block) ? hosted : undefined
  }
  const lookup: MetadataLookup = {
    ...options.lookup,
    secretStore: (name) => find('secretstores', name)?.block,
  }
  const open = async (located: Located<Component>): Promise<Entry> => {
    const before = entries.get(located.resource.name)
    const opened = await openComponent(located.resource, { ...options, lookup })
    const { name, type } = located.resource
    onInit(type, name, !opened.ok)
    if (opened.ok) {
      log.info(`component loaded. name: ${name}, type: ${type}/${located.resource.version}`)
      return {
        located,
        hosted: { component: located.resource, block: opened.value },
        error: undefined,
      }
    }
    return { located, hosted: before?.hosted, error: opened.error }
  }
  const retire = (hosted: Hosted<Block> | undefined): void => {
    if (hosted === undefined) return
    clock.after(DRAIN_MS, () => void close(hosted))
  }
  const close = async ({ component, block }: Hosted<Block>): Promise<void> => {
    try {
      await block[Symbol.asyncDispose]()
    } catch (error) {
      log.warning(`component ${component.name} did not close: ${messageOf(error)}`)
    }
  }
  const problemOf = ({ located, error = '' }: Entry): Problem => ({
    path: `Component ${located.resource.name}`,
    file: located.file,
    line: located.line,
    code: 'COMPONENT_FAILED',
    message: error,
  })

  const all = <K extends BlockName>(block: K): readonly Hosted<Blocks[K]>[] =>
    [...entries.values()].flatMap(({ hosted }) => (isOf(hosted, block) ? hosted : []))
  let last: Promise<void> = Promise.resolve()
  /** One change after the other: an older one that ends later must not replace a newer one. */
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    last = last.then(task, task)
    return last
  }

  return {
    start: (components) =>
      inTurn(async () => {
        for (const wave of inWaves(components.filter(isOurs))) {
          const opened = await Promise.all(wave.map(open))
          for (const entry of opened) entries.set(entry.located.resource.name, entry)
        }
        const failed = [...entries.values()].filter(({ error }) => error !== undefined)
        for (const entry of failed)
          if (entry.located.resource.ignoreErrors) log.error(formatProblem(problemOf(entry)))
        const fatal = failed.filter(({ located }) => !located.resource.ignoreErrors)
        if (fatal.length > 0)
          throw new Fault(
            'COMPONENT_FAILED',
            `${fatal.map((entry) => sayProblem(problemOf(entry))).join('\n')}\nspec.ignoreErrors: true starts without a component that fails`,
          )
        onChange()
      }),
    apply: (components) =>
      inTurn(async () => {
        const ours = components.filter(isOurs)
        const wanted = new Set(ours.map(({ resource }) => resource.name))
        for (const [name, { hosted }] of entries) {
          if (wanted.has(name)) continue
          entries.delete(name)
          retire(hosted)
          log.info(`component removed. name: ${name}`)
        }
        const opened = new Set<string>()
        for (const located of inWaves(ours).flat()) {
          const { name, secretStore = '' } = located.resource
          const before = entries.get(name)
          const isKnown = before !== undefined && isSame(before.located.resource, located.resource)
          // Another secret store may hold other secrets, or those that were missing.
          if (isKnown && !opened.has(secretStore)) continue
          // An edit that failed is taken back: what runs is what is asked for, and keeps what it holds.
          if (isRunning(before, located.resource) && !opened.has(secretStore)) {
            entries.set(name, { ...before, located, error: undefined })
            log.info(`component ${name} runs on as it did before the edit that failed`)
            continue
          }
          const entry = await open(located)
          entries.set(name, entry)
          opened.add(name)
          if (entry.error !== undefined)
            log.error(`${formatProblem(problemOf(entry))}${after(entry)}`)
          else retire(before?.hosted)
        }
        onChange()
      }),
    find,
    all,
    list: () =>
      [...entries.values()].map(({ located: { resource }, hosted, error }) => ({
        name: resource.name,
        type: resource.type,
        version: resource.version,
        capabilities: hosted === undefined ? [] : capabilitiesOf(hosted.block),
        ...(error === undefined ? {} : { error }),
      })),
    failed: () =>
      [...entries.values()].flatMap(({ located: { resource, file, line }, hosted, error }) =>
        error === undefined
          ? []
          : {
              name: resource.name,
              type: resource.type,
              reason: error,
              isRunning: hosted !== undefined,
              file,
              line,
            },
      ),
    async [Symbol.asyncDispose]() {
      await last.catch(() => undefined)
      const running = [...entries.values()].flatMap(({ hosted }) => hosted ?? [])
      entries.clear()
      await Promise.all(running.map(close))
    },
  }
}

/** Dapr adds `ACTOR` to what can hold actors' state. */
function capabilitiesOf({ features }: { readonly features: ReadonlySet<string> }): string[] {
  const own = [...features]
  return features.has('ETAG') && features.has('TRANSACTIONAL') ? [...own, 'ACTOR'] : own
}

/** The block of a type is what its driver's table was chosen by. */
const isOf = <K extends BlockName>(
  hosted: Hosted<Block> | undefined,
  block: K,
): hosted is Hosted<Blocks[K]> => hosted !== undefined && blockOf(hosted.component.type) === block

const isRunning = (before: Entry | undefined, wanted: Component): before is Entry =>
  before?.hosted !== undefined && isSame(before.hosted.component, wanted)

const after = ({ hosted }: Entry): string =>
  hosted === undefined ? '' : '; it runs on as it was before'

const isSame = (a: Component, b: Component): boolean => JSON.stringify(a) === JSON.stringify(b)
