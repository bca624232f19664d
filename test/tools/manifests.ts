/**
 * Makes the generated files of `k8s` and `dashboards`: definitions, lists of boards, versions, the Helm chart. `npm run manifests`
 * writes them, for chart and bundles with kubectl; tests hold them to their sources.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { dataSources } from '../../src/adapters/grafana/index.ts'
import { VERSION } from '../../src/base/version.ts'
import { buildDashboards } from '../../src/cli/build-dashboards.ts'
import { annotationPolicy } from '../../src/control/injector/index.ts'
import { clusterPrometheusFile, DEFAULT_SLOS, parseSlos } from '../../src/dashboards/index.ts'
import { customResourceDefinitions } from '../../src/resources/index.ts'
import { renderChart } from './helm-chart.ts'
import { kustomize } from './kustomize.ts'
import { IMAGE, NAMESPACE } from './manifest-names.ts'

export const CRDS = fileURLToPath(new URL('../../k8s/crds/', import.meta.url))
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface BuiltFile {
  /** Below `ROOT`. */
  readonly path: string
  readonly text: string
}

const KUSTOMIZATION = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' }
const COMPONENT = { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component' }

const yaml = (path: string, source: string, ...values: readonly object[]): BuiltFile => ({
  path,
  text: `# Made of ${source} by \`npm run manifests\`; do not edit.\n${values
    .map((value) => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n')}`,
})

/** A file for each kind, and one that names them all. */
export function renderCrds(): readonly BuiltFile[] {
  const source = 'the schemas in src/resources'
  const definitions = customResourceDefinitions()
  const resources = definitions.map(({ spec }) => `${spec.names.plural}.yaml`)
  return [
    ...definitions.map((each, i) => yaml(`k8s/crds/${resources[i]}`, source, each)),
    yaml('k8s/crds/kustomization.yaml', source, { ...KUSTOMIZATION, resources }),
  ]
}

/** What the manifests take from the code: the version, the boards, where Prometheus and Zipkin are in a cluster. */
export function renderParts(): readonly BuiltFile[] {
  const boards = boardNames()
  const configMaps = (maps: Readonly<Record<string, readonly string[]>>) => ({
    ...KUSTOMIZATION,
    configMapGenerator: Object.entries(maps).map(([name, files]) => ({ name, files })),
    // Grafana and Prometheus notice a file that has changed: no pod is restarted for one.
    generatorOptions: { disableNameSuffixHash: true },
  })
  return [
    yaml('k8s/components/release/kustomization.yaml', 'the version in src/base', {
      ...COMPONENT,
      namespace: NAMESPACE,
      images: [{ name: IMAGE, newTag: VERSION }],
      labels: [
        // Of pods, too, and therefore for good: another label of a pod would restart Zipkin, whose traces are in memory.
        { pairs: { 'app.kubernetes.io/part-of': 'sidelight' }, includeTemplates: true },
        {
          pairs: {
            'app.kubernetes.io/version': VERSION,
            'app.kubernetes.io/managed-by': 'kustomize',
          },
        },
      ],
    }),
    yaml(
      'k8s/base/annotation-policy.yaml',
      'the table of annotations in src/control/injector',
      ...annotationPolicy(),
    ),
    // One for each board: all of them would be more than an object may have.
    yaml(
      'dashboards/grafana/kustomization.yaml',
      'the boards in src/dashboards',
      configMaps({
        'grafana-provider': ['provisioning/dashboards/sidelight.yaml'],
        ...Object.fromEntries(
          boards.map((name) => [`grafana-board-${name}`, [`dashboards/${name}.json`]]),
        ),
      }),
    ),
    yaml(
      'dashboards/prometheus/kustomization.yaml',
      'the rules in src/dashboards',
      configMaps({
        prometheus: ['prometheus.kubernetes.yaml', 'recording.rules.yaml', 'alerting.rules.yaml'],
      }),
    ),
    yaml('k8s/components/grafana/boards.yaml', 'the boards in src/dashboards', boardVolume(boards)),
    yaml(
      'k8s/components/grafana/datasources.yaml',
      'src/adapters/grafana',
      dataSources({ backend: 'zipkin:9411', prometheus: 'prometheus:9090' }),
    ),
    yaml('k8s/components/scale/prometheus.kubernetes.yaml', 'src/dashboards', {
      ...clusterPrometheusFile(),
      remote_write: [{ url: 'http://remote-storage:9090/api/v1/write', send_exemplars: true }],
    }),
  ]
}

function boardNames(): string[] {
  const slos = parseSlos(DEFAULT_SLOS, 'slo.yaml')
  if (!slos.ok) throw new Error('the default objectives do not parse')
  return buildDashboards(slos.value)
    .filter(({ path }) => dirname(path) === 'grafana/dashboards')
    .map(({ path }) => basename(path, '.json'))
}

/**
 * What `sidelight init -k` installs. What the code makes is not written down again: definitions, and files of ConfigMaps,
 * whose path below `dashboards` stands for them.
 */
export function renderBundles(): readonly BuiltFile[] {
  const slos = parseSlos(DEFAULT_SLOS, 'slo.yaml')
  if (!slos.ok) throw new Error('the default objectives do not parse')
  const paths = new Map(buildDashboards(slos.value).map(({ path, text }) => [text, path]))
  const withPaths = (data: Readonly<Record<string, string>>) =>
    Object.entries(data).map(([name, text]) => {
      const path = paths.get(text)
      return [name, path === undefined ? text : { path }]
    })
  return Object.entries({ full: '.', 'beside-dapr': 'beside-dapr' }).map(([name, overlay]) => {
    const objects = kustomize(overlay)
      .filter(({ kind }) => kind !== 'CustomResourceDefinition')
      .map((object) =>
        object.kind === 'ConfigMap'
          ? { ...object, data: Object.fromEntries(withPaths(object.data as never)) }
          : object,
      )
    return {
      path: `src/cli/cluster/manifests/${name}.json`,
      text: `${JSON.stringify(objects, undefined, 1)}\n`,
    }
  })
}

/** All boards in one folder of Grafana's. */
const boardVolume = (boards: readonly string[]): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'grafana' },
  spec: {
    template: {
      spec: {
        volumes: [
          {
            name: 'boards',
            projected: {
              sources: boards.map((name) => ({ configMap: { name: `grafana-board-${name}` } })),
            },
          },
        ],
      },
    },
  },
})

export function write(files: readonly BuiltFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true })
    writeFileSync(join(ROOT, path), text)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  write([...renderCrds(), ...renderParts()])
  write([...renderChart(), ...renderBundles()])
}
