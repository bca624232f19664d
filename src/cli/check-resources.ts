import { dirname, resolve } from 'node:path'
import type { Problem } from '../base/problem.ts'
import { type FoundDocument, readResources } from '../resources/index.ts'
import { checkComponent } from '../sidecar/index.ts'

/** Checks what sidecars read from directories, each directory by itself, as one that is pointed at it does. */
export async function checkResources(found: readonly FoundDocument[]): Promise<Problem[]> {
  const directories = new Map<string, FoundDocument[]>()
  for (const each of found) {
    const directory = dirname(resolve(each.file))
    const documents = directories.get(directory)
    if (documents === undefined) directories.set(directory, [each])
    else documents.push(each)
  }
  const all: Problem[] = []
  for (const documents of directories.values()) {
    const { resources, problems } = await readResources(documents)
    all.push(...problems)
    for (const component of resources.components) all.push(...(await checkComponent(component)))
  }
  return all
}
