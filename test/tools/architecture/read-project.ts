import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceFile } from './source-file.ts'

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.cache'])

/** All text files of the project, sorted. A file with a NUL byte is not text. */
export async function readProject(root: string): Promise<SourceFile[]> {
  const paths: string[] = []
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) await walk(path)
      else if (entry.isFile()) paths.push(path)
    }
  }
  await walk('')
  const files = await Promise.all(
    paths.sort().map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })),
  )
  return files.filter(({ text }) => !text.includes('\0'))
}
