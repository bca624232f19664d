import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Document, isMap, parseAllDocuments, stringify } from 'yaml'

/** A resource as YAML, of one or more documents, or as an object. */
export type ResourceInput = string | Readonly<Record<string, unknown>>

/**
 * The Configuration as the sidecars read it: spans go to the bundle's own store, wherever else it would send them,
 * and all are recorded unless it says how many.
 *
 * @param given YAML, a resource, or its `spec` alone
 */
export function toConfiguration(given: ResourceInput, spansUrl: string): string {
  const documents = read(typeof given === 'string' ? given : asResource(given))
  for (const document of documents) {
    if (document.errors.length > 0 || document.get('kind') !== 'Configuration') continue
    const tracing = document.getIn(['spec', 'tracing'])
    // What is no mapping stays as it is: the sidecar says what is wrong with it.
    if (tracing !== undefined && !isMap(tracing)) continue
    document.deleteIn(['spec', 'tracing', 'otel'])
    document.setIn(['spec', 'tracing', 'zipkin'], { endpointAddress: spansUrl })
    const says = ['samplingRate', 'sampling'].some((field) =>
      document.hasIn(['spec', 'tracing', field]),
    )
    if (!says) document.setIn(['spec', 'tracing', 'samplingRate'], '1')
  }
  return write(documents)
}

const asResource = (given: Readonly<Record<string, unknown>>): string =>
  stringify(
    'spec' in given
      ? given
      : {
          apiVersion: 'dapr.io/v1alpha1',
          kind: 'Configuration',
          metadata: { name: 'test' },
          spec: given,
        },
  )

/** Building blocks whose engines have a stand-in within the process. */
const IN_MEMORY: ReadonlySet<string> = new Set(['state', 'pubsub', 'configuration', 'lock'])
/** What an engine's settings have that is not about the engine. */
const KEPT_SETTINGS: ReadonlySet<unknown> = new Set(['keyPrefix'])

/** As `dapr init` makes them. */
const DEFAULTS = ['state', 'pubsub'].map((block) => ({
  apiVersion: 'dapr.io/v1alpha1',
  kind: 'Component',
  metadata: { name: block === 'state' ? 'statestore' : block },
  spec: { type: `${block}.in-memory`, version: 'v1', metadata: [] },
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
  for (const path of paths)
    for (const name of (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort())
      texts.push(await readFile(join(path, name), 'utf8'))
  const engines = new Map<string, string>()
  for (const [i, text] of texts.entries()) {
    const documents = read(text)
    for (const document of documents) {
      if (document.errors.length > 0 || document.get('kind') !== 'Component') continue
      const type = String(document.getIn(['spec', 'type']))
      const [block = '', ...engine] = type.split('.')
      engines.set(String(document.getIn(['metadata', 'name'])), engine.join('.'))
      if (!isReal && IN_MEMORY.has(block)) putInMemory(document, block)
    }
    await writeFile(join(directory, `${i}.yaml`), write(documents))
  }
  return engines
}

function putInMemory(document: Document, block: string): void {
  const { spec } = document.toJS() as {
    readonly spec: { readonly type: string; readonly metadata?: readonly { name?: unknown }[] }
  }
  if (spec.type === `${block}.in-memory`) return
  document.setIn(['spec', 'type'], `${block}.in-memory`)
  const settings = Array.isArray(spec.metadata) ? spec.metadata : []
  document.setIn(
    ['spec', 'metadata'],
    settings.filter((each) => KEPT_SETTINGS.has(each?.name)),
  )
}

const read = (text: string): Document[] => {
  const documents = parseAllDocuments(text, { logLevel: 'error' })
  return 'empty' in documents ? [] : (documents as Document[])
}

/** What is not YAML cannot be written: the sidecar reads the text, and says where it breaks. */
const write = (documents: readonly Document[]): string =>
  documents.map((each) => (each.errors.length > 0 ? '{' : String(each))).join('---\n')
