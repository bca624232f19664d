import {
  type CustomResourceDefinition,
  customResourceDefinitions,
} from '../../src/resources/index.ts'

/** What the API server is told of a kind, for example `Component`. */
export function definitionOf(kind: string): CustomResourceDefinition {
  const found = customResourceDefinitions().find(({ spec }) => spec.names.kind === kind)
  if (found === undefined) throw new Error(`no definition of ${kind}`)
  return found
}
