import { lstat, realpath } from 'node:fs/promises'
import { posix, sep } from 'node:path'
import { codeOf, Fault } from '../../../base/fault.ts'

/**
 * The place of a file below `root`, whatever its name says: `..` ends at the root, an absolute name begins there, and
 * a link is followed as long as it stays inside. The result holds no link.
 *
 * @param root without links
 * @throws Fault `BINDING_FILE_OUTSIDE`
 */
export async function confine(root: string, name: string): Promise<string> {
  if (name.includes('\0')) throw outside('a file name has no NUL')
  const segments = posix
    .normalize(`/${name.replaceAll('\\', '/')}`)
    .split('/')
    .filter((segment) => segment !== '')
  let at = root
  for (const [i, segment] of segments.entries()) {
    const next = `${at}${sep}${segment}`
    const state = await lstat(next).catch(absent)
    // Below what does not exist there are no links.
    if (state === undefined) return [at, ...segments.slice(i)].join(sep)
    at = state.isSymbolicLink() ? await follow(root, next) : next
  }
  return at
}

async function follow(root: string, link: string): Promise<string> {
  const target = await realpath(link).catch(absent)
  if (target !== undefined && isInside(root, target)) return target
  throw outside('a link leads out of rootPath, or nowhere')
}

export const isInside = (root: string, path: string): boolean =>
  path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)

function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
  return undefined
}

const outside = (message: string) => new Fault('BINDING_FILE_OUTSIDE', message)
