import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

/** What users apply, as folders below k8s. */
export const OVERLAYS = ['.', 'base', 'beside-dapr', 'scale', 'examples/shop'] as const

const K8S = fileURLToPath(new URL('../../k8s', import.meta.url))

/** How kubectl is started: that of the test cluster, else the one on the PATH. */
export function kubectl(): readonly [string, ...string[]] {
  const { SIDELIGHT_KUBE: cluster } = process.env
  return cluster ? [cluster, 'kubectl'] : ['kubectl']
}

/** What `kubectl apply -k k8s/OVERLAY` would apply. */
export function kustomize(overlay: string): Manifest[] {
  const [program, ...args] = kubectl()
  const text = execFileSync(program, [...args, 'kustomize', join(K8S, overlay)], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return manifestsIn(text)
}

export const manifestsIn = (text: string): Manifest[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((value) => value !== null)
