import { DEFAULT_SLOS, parseSlos } from '../../dashboards/index.ts'
import type { Manifest } from '../../kube/index.ts'
import { customResourceDefinitions } from '../../resources/index.ts'
import { buildDashboards } from '../build-dashboards.ts'
import besideDapr from './manifests/beside-dapr.json' with { type: 'json' }
import full from './manifests/full.json' with { type: 'json' }
import { type Part, partOf } from './parts.ts'

/** As in the manifests that the bundle is made of. */
export const BUNDLE_NAMESPACE = 'sidelight-system'
/** Of every object of the bundle. */
export const BUNDLE_LABEL = 'app.kubernetes.io/part-of=sidelight'

export interface BundleOptions {
  /** Where Dapr is: without its definitions, for pods that ask for it. */
  readonly besideDapr: boolean
  readonly namespace: string
  readonly without: readonly Part[]
  /** Instead of `sidelight/sidelight:VERSION`. */
  readonly image?: string | undefined
  /** Another Zipkin than the bundle's: its base URL. */
  readonly zipkin?: string | undefined
}

/** What is to be in the cluster, in the order in which it can be made: `kubectl apply -k k8s`, with what was asked for in it. */
export function bundleObjects(options: BundleOptions): readonly Manifest[] {
  const files = new Map(builtFiles().map(({ path, text }) => [path, text]))
  const objects = (options.besideDapr ? besideDapr : full) as readonly StoredObject[]
  const [first, ...rest] = objects
    .map((object) => withFiles(object, files))
    .filter((object) => !options.without.some((part) => part === partOf(object)))
  if (first === undefined) return []
  // After the namespace, as kustomize orders them.
  const all = [first, ...(options.besideDapr ? [] : definitionsLike(first)), ...rest]
  return all.map((object) => customize(object, options))
}

/** Of a ConfigMap, a file that the code makes is its path. */
interface StoredObject extends Manifest {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly data?: Readonly<Record<string, string | { readonly path: string }>>
}

function builtFiles() {
  const slos = parseSlos(DEFAULT_SLOS, 'slo.yaml')
  if (!slos.ok) throw new Error('the default objectives do not parse')
  return buildDashboards(slos.value)
}

function withFiles(object: StoredObject, files: ReadonlyMap<string, string>): StoredObject {
  if (object.kind !== 'ConfigMap' || object.data === undefined) return object
  const data = Object.entries(object.data).map(([name, stored]) => {
    const text = typeof stored === 'string' ? stored : files.get(stored.path)
    if (text === undefined) throw new Error(`${object.metadata.name} has no ${name}`)
    return [name, text]
  })
  return { ...object, data: Object.fromEntries(data) }
}

const LABELS = ['managed-by', 'part-of', 'version'].map((name) => `app.kubernetes.io/${name}`)

const definitionsLike = ({ metadata }: StoredObject): readonly Manifest[] =>
  customResourceDefinitions().map((definition) => ({
    ...definition,
    metadata: {
      ...definition.metadata,
      labels: Object.fromEntries(LABELS.map((name) => [name, metadata.labels[name] ?? ''])),
    },
  }))

/** As text: names of the namespace, of the image and of Zipkin are in arguments, files and references. */
function customize(object: Manifest, { namespace, image, zipkin }: BundleOptions): Manifest {
  const text = JSON.stringify(object)
    .replaceAll(
      '"app.kubernetes.io/managed-by":"kustomize"',
      '"app.kubernetes.io/managed-by":"sidelight"',
    )
    .replaceAll(/"sidelight\/sidelight:[^"]+"/g, (own) => JSON.stringify(image) ?? own)
    .replaceAll(/http:\/\/zipkin(?:\.[\w-]+\.svc)?:9411/g, (own) => zipkin ?? own)
    .replaceAll(BUNDLE_NAMESPACE, namespace)
  return JSON.parse(text)
}
