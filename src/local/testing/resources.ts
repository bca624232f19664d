import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import { Fault, messageOf } from '../../base/fault.ts'
import { isRecord } from '../../wire/lower-keys.ts'

/** A resource as YAML, of one or more documents, or as an object. */
export type ResourceInput = string | Readonly<Record<string, unknown>>

type Fields = Readonly<Record<string, unknown>>

/**
 * The Configuration as the sidecars read it: spans go to the bundle's own store, wherever else it would send them,
 * and all are recorded unless it says how many.
 *
 * @param given YAML, a resource, or its `spec` alone
 */
export const toConfiguration = (given: ResourceInput, spansUrl: string): string =>
  edit(typeof given === 'string' ? given : stringify(asResource(given)), (resource) => {
    const { kind, spec } = resource
    if (kind !== 'Configuration' || !isRecord(spec ?? {})) return resource
    const { tracing = {} } = (spec ?? {}) as Fields
    // What is no mapping stays as it is: the sidecar says what is wrong with it.
    if (!isRecord(tracing)) return resource
    const { otel: _, ...rest } = tracing
    const rate = 'samplingRate' in rest || 'sampling' in rest ? {} : { samplingRate: '1' }
    return {
      ...resource,
      spec: {
        ...(spec as Fields),
        tracing: { ...rest, ...rate, zipkin: { endpointAddress: spansUrl } },
      },
    }
  })

const asResource = (given: Fields): Fields =>
  'spec' in given
    ? given
    : {
        apiVersion: 'dapr.io/v1alpha1',
        kind: 'Configuration',
        metadata: { name: 'test' },
        spec: given,
      }

/** Building blocks whose engines have a stand-in within the process. */
const IN_MEMORY: ReadonlySet<string> = new Set(['state', 'pubsub', 'configuration', 'lock'])
/** What an engine's settings have that is not about the engine. */
const KEPT_SETTINGS: ReadonlySet<unknown> = new Set(['keyPrefix'])

/** As `dapr init` makes them. */
const DEFAULTS = [
  ['statestore', 'state'],
  ['pubsub', 'pubsub'],
].map(([name, block]) => ({
  apiVersion: 'dapr.io/v1alpha1',
  kind: 'Component',
  metadata: { name },
  spec: { type: `${block}.in-memory`, version: 'v1' },
}))

/**
 * Writes Components, and what else stands beside them, into a directory.
 *
 * @param given nothing: a state store `statestore` and a broker `pubsub`
 * @param isReal engines stay what they are; otherwise those that can be are in memory
 * @returns the engine of each component as its resource asks for it
 */
export async function writeResources(
  directory: string,
  given: readonly ResourceInput[] | undefined,
  paths: readonly string[],
  isReal: boolean,
): Promise<ReadonlyMap<string, string>> {
  const files = given ?? (paths.length > 0 ? [] : DEFAULTS)
  const texts = files.map((each) => (typeof each === 'string' ? each : stringify(each)))
  for (const path of paths) texts.push(...(await readDirectory(path)))
  const engines = new Map<string, string>()
  for (const [i, text] of texts.entries()) {
    const edited = edit(text, (resource) => {
      const { kind, metadata, spec } = resource
      if (kind !== 'Component' || !isRecord(metadata) || !isRecord(spec)) return resource
      const [block = '', ...engine] = String(spec.type).split('.')
      engines.set(String(metadata.name), engine.join('.'))
      return isReal || !IN_MEMORY.has(block) || engine.join('.') === 'in-memory'
        ? resource
        : { ...resource, spec: inMemory(spec, block) }
    })
    await writeFile(join(directory, `${i}.yaml`), edited)
  }
  return engines
}

/** @throws Fault `BUNDLE_INVALID` */
async function readDirectory(path: string): Promise<readonly string[]> {
  try {
    const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort()
    return await Promise.all(names.map((name) => readFile(join(path, name), 'utf8')))
  } catch (cause) {
    throw new Fault('BUNDLE_INVALID', `resourcesPaths: cannot read ${path}: ${messageOf(cause)}`, {
      cause,
    })
  }
}

const inMemory = (spec: Fields, block: string): Fields => ({
  ...spec,
  type: `${block}.in-memory`,
  metadata: (Array.isArray(spec.metadata) ? spec.metadata : []).filter((each) =>
    KEPT_SETTINGS.has(each?.name),
  ),
})

/** What is not YAML stays as it is: the sidecar says where it breaks. */
function edit(text: string, change: (resource: Fields) => Fields): string {
  const documents = [...parseAllDocuments(text, { logLevel: 'error' })]
  if (documents.some(({ errors }) => errors.length > 0)) return text
  const values = documents.map((document) => document.toJS() as unknown)
  return values.map((value) => stringify(isRecord(value) ? change(value) : value)).join('---\n')
}
