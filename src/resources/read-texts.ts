import type { Problem } from '../base/problem.ts'
import type { ResourceText } from './directory/parse.ts'
import { readResourceFile } from './read-resource-file.ts'
import type { ReadTexts } from './text-source.ts'

export async function readTexts(files: readonly string[]): Promise<ReadTexts> {
  const texts: ResourceText[] = []
  const problems: Problem[] = []
  for (const file of files) {
    const text = await readResourceFile(file)
    if (text.ok) texts.push({ file, text: text.value })
    else problems.push(text.error)
  }
  return { texts, problems }
}
