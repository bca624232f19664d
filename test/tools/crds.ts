/**
 * Makes k8s/crds of the schemas in the code. `npm run crds` writes it; a test holds it to the code.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { customResourceDefinitions } from '../../src/resources/index.ts'

export const CRDS = fileURLToPath(new URL('../../k8s/crds/', import.meta.url))

export interface BuiltFile {
  /** Below `CRDS`. */
  readonly name: string
  readonly text: string
}

const yaml = (name: string, value: object): BuiltFile => ({
  name,
  text: `# Made of the schemas in src/resources by \`npm run crds\`; do not edit.\n${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })}`,
})

/** A file for each kind, and one that names them all. */
export function renderCrds(): readonly BuiltFile[] {
  const definitions = customResourceDefinitions().map((definition) =>
    yaml(`${definition.spec.names.plural}.yaml`, definition),
  )
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: definitions.map(({ name }) => name),
  }
  return [...definitions, yaml('kustomization.yaml', kustomization)]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(CRDS, { recursive: true })
  for (const { name, text } of renderCrds()) writeFileSync(join(CRDS, name), text)
}
