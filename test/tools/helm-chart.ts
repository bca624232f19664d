import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { VERSION } from '../../src/base/version.ts'
import { PARTS, partOf } from '../../src/cli/cluster/parts.ts'
import { kustomize, type Manifest } from './kustomize.ts'
import { IMAGE, NAMESPACE } from './manifest-names.ts'

/** Below the repository's root. */
const CHART = 'k8s/helm/sidelight'
export const CHART_DIRECTORY = fileURLToPath(new URL(`../../${CHART}`, import.meta.url))

/** Folders of the chart, links to where their files are made. The text of a file there is not written again. */
const LINKED = ['boards', 'prometheus']

const HEAD = '# Made of `kubectl kustomize k8s` by `npm run manifests`; do not edit.\n'

export interface ChartFile {
  readonly path: string
  readonly text: string
}

/**
 * The chart: what `kubectl apply -k k8s` applies, with what people change taken out as values. The namespace is left to Helm's
 * `--create-namespace`, the definitions to its `crds` folder.
 */
export function renderChart(): readonly ChartFile[] {
  const values: Values = {
    image: { repository: IMAGE, tag: '' },
    imagePullSecrets: [],
    nodeSelector: {},
    tolerations: [],
    secretReader: { enabled: true },
    tracing: { samplingRate: '', zipkinEndpoint: '' },
  }
  const templates = new Map<string, string>()
  for (const object of kustomize('.')) {
    if (object.kind === 'Namespace' || object.kind === 'CustomResourceDefinition') continue
    const part = partOf(object) ?? 'control-plane'
    templates.set(part, `${templates.get(part) ?? ''}---\n${templateOf(object, values)}`)
  }
  return [
    { path: `${CHART}/Chart.yaml`, text: HEAD + stringify(CHART_FILE) },
    { path: `${CHART}/values.yaml`, text: HEAD + stringify(values) },
    ...[...templates].map(([part, text]) => ({
      path: `${CHART}/templates/${part}.yaml`,
      text: HEAD + (part === 'control-plane' ? text : onlyIf(`.Values.${part}.enabled`, text)),
    })),
  ]
}

const CHART_FILE = {
  apiVersion: 'v2',
  name: 'sidelight',
  description:
    'A Dapr-compatible sidecar you can see through, with Zipkin, Prometheus, Grafana and Redis.',
  type: 'application',
  version: VERSION,
  appVersion: VERSION,
  kubeVersion: '>=1.29.0-0',
}

type Values = Record<string, Record<string, unknown> | readonly unknown[]>

interface Workload {
  replicas: unknown
  template: { spec: { scheduling?: string; containers: Container[] } }
  volumeClaimTemplates?: { spec: { resources: { requests: { storage: unknown } } } }[]
}

interface Container {
  readonly name: string
  image: string
  resources: unknown
  args?: string[] | undefined
  env?: { readonly name: string; value?: string }[]
}

const onlyIf = (condition: string, text: string): string =>
  `{{- if ${condition} }}\n${text}{{- end }}\n`

/** The object's text with actions in it. What they replace becomes the value's default. */
function templateOf(object: Manifest, values: Values): string {
  const actions: string[] = []
  const action = (text: string): string => `ACTION-${actions.push(text) - 1}-`
  const copy = structuredClone(object) as Manifest & { spec: unknown; data: Record<string, string> }
  if (object.kind === 'Deployment' || object.kind === 'StatefulSet')
    takeOut(copy.spec as Workload, values, action)
  if (object.kind === 'ConfigMap') linkFiles(copy.data, action)
  const text = stringify(copy, { lineWidth: 0, aliasDuplicateObjects: false })
    .replaceAll('{{', '{{ "{{" }}')
    .replaceAll(NAMESPACE, '{{ .Release.Namespace }}')
    .replaceAll('managed-by: kustomize', 'managed-by: {{ .Release.Service }}')
    .replaceAll(`/version: ${VERSION}`, '/version: {{ .Chart.AppVersion }}')
    .replace(
      /^( *)scheduling: ACTION-(\d+)-\n/gm,
      (_, indent, i) => `${indent}{{- ${actions[i]} | nindent ${indent.length} }}\n`,
    )
    .replace(
      /^( *)resources: ACTION-(\d+)-$/gm,
      (_, indent, i) =>
        `${indent}resources:\n${indent}  {{- ${actions[i]} | nindent ${indent.length + 2} }}`,
    )
    .replace(/ACTION-(\d+)-/g, (_, i) => `{{ ${actions[i]} }}`)
  return object.metadata.name === 'sidelight-secret-reader'
    ? onlyIf('.Values.secretReader.enabled', text)
    : text
}

function takeOut(workload: Workload, values: Values, action: (text: string) => string): void {
  const { containers } = workload.template.spec
  for (const container of containers) {
    const { name } = container
    const own: Record<string, unknown> = (PARTS as readonly string[]).includes(name)
      ? { enabled: true, image: container.image }
      : {}
    container.image = 'image' in own ? action(`.Values.${name}.image`) : action(OWN_IMAGE)
    for (const variable of container.env ?? [])
      if (variable.name === 'SIDECAR_IMAGE') variable.value = container.image
    if (Number(workload.replicas) > 1) {
      own.replicas = workload.replicas
      workload.replicas = action(`.Values.${name}.replicas`)
    }
    own.resources = container.resources
    container.resources = action(`toYaml .Values.${name}.resources`)
    container.args = container.args?.map((argument) => {
      const [flag, value = ''] = argument.split('=')
      if (flag === '--zipkin') return `${flag}=${action(zipkinOf(value))}`
      if (flag !== '--upstream') return argument
      own.upstream = value
      return `${flag}=${action(`.Values.${name}.upstream`)}`
    })
    for (const { spec } of workload.volumeClaimTemplates ?? []) {
      own.storage = spec.resources.requests.storage
      spec.resources.requests.storage = action(`.Values.${name}.storage`)
    }
    values[name] = own
  }
  workload.template.spec = {
    scheduling: action('include "sidelight.scheduling" .'),
    ...workload.template.spec,
  }
}

/** Where all spans go, unless the values say otherwise. */
const zipkinOf = (url: string): string =>
  `.Values.tracing.zipkinEndpoint | default (printf "${url.replace(NAMESPACE, '%s')}" .Release.Namespace)`

const OWN_IMAGE = '.Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion'

/** A text that a linked file has is read from there. */
function linkFiles(data: Record<string, string>, action: (text: string) => string): void {
  for (const [name, text] of Object.entries(data)) {
    const path = LINKED.map((folder) => `${folder}/${name}`).find(
      (each) =>
        existsSync(join(CHART_DIRECTORY, each)) &&
        readFileSync(join(CHART_DIRECTORY, each), 'utf8') === text,
    )
    if (path !== undefined) data[name] = action(`.Files.Get "${path}" | toJson`)
    else if (name === 'configuration.yaml')
      data[name] = text
        .replace(
          /samplingRate: ("[\d.]+")/,
          (_, rate) =>
            `samplingRate: ${action(`.Values.tracing.samplingRate | default ${rate} | quote`)}`,
        )
        .replace(/endpointAddress: (\S+)/, (_, url) => `endpointAddress: ${action(zipkinOf(url))}`)
  }
}
