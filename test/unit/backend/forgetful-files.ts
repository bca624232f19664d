import { posix } from 'node:path'
import type { FileHandle, FileLayer } from '../../../src/backend/index.ts'

interface Inode {
  bytes: Buffer
  /** What a power cut leaves. */
  synced: Buffer
}

export interface ForgetfulFiles extends FileLayer {
  /**
   * Cuts the power: every call fails from now on.
   * @returns the disk after the restart, without bytes and names that were not synced
   */
  cutPower(): ForgetfulFiles
  /** The next calls of a kind fail, until set to `undefined`. */
  failing: { readonly call: 'write' | 'sync' | 'open'; readonly code: string } | undefined
  readonly names: readonly string[]
  /** Of all files, as a power cut would leave them. */
  content(name: string): Buffer | undefined
}

const failure = (code: string): Error => Object.assign(new Error(`${code}: made up`), { code })

/** A disk in memory that keeps only what was synced: files by `sync`, names by `syncDirectory`. */
export function createForgetfulFiles(
  survivors: ReadonlyMap<string, Buffer> = new Map(),
): ForgetfulFiles {
  const names = new Map<string, Inode>()
  for (const [path, synced] of survivors) names.set(path, { bytes: synced, synced })
  let syncedNames = new Map(names)
  let isDead = false
  const power = (): void => {
    if (isDead) throw failure('EIO')
  }

  const handleOf = (inode: Inode): FileHandle => {
    const check = (call: 'write' | 'sync'): void => {
      power()
      if (layer.failing?.call === call) throw failure(layer.failing.code)
    }
    return {
      async write(chunks) {
        const bytes = Buffer.concat(chunks)
        if (layer.failing?.call === 'write')
          // A full disk takes a part before it says so.
          inode.bytes = Buffer.concat([inode.bytes, bytes.subarray(0, bytes.length >> 1)])
        check('write')
        inode.bytes = Buffer.concat([inode.bytes, bytes])
      },
      async sync() {
        check('sync')
        inode.synced = inode.bytes
      },
      async read(length, position) {
        return inode.bytes.subarray(position, position + length)
      },
      async truncate(length) {
        power()
        inode.bytes = inode.bytes.subarray(0, length)
      },
      async close() {},
    }
  }
  const find = (path: string): Inode => {
    const inode = names.get(path)
    if (inode === undefined) throw failure('ENOENT')
    return inode
  }
  const layer: ForgetfulFiles = {
    failing: undefined,
    get names() {
      return [...names.keys()].map((path) => posix.basename(path)).sort()
    },
    content: (name) => [...names].find(([path]) => posix.basename(path) === name)?.[1].synced,
    cutPower() {
      isDead = true
      return createForgetfulFiles(
        new Map([...syncedNames].map(([path, { synced }]) => [path, synced])),
      )
    },
    async makeDirectory() {},
    list: async () => [...layer.names],
    readWhole: async (path) => find(path).bytes,
    async open(path, mode) {
      power()
      if (layer.failing?.call === 'open') throw failure(layer.failing.code)
      if (mode === 'exclusive' && names.has(path)) throw failure('EEXIST')
      if (mode === 'read') return handleOf(find(path))
      const inode = names.get(path) ?? { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) }
      names.set(path, inode)
      return handleOf(inode)
    },
    async rename(from, to) {
      power()
      names.set(to, find(from))
      names.delete(from)
    },
    async unlink(path) {
      power()
      find(path)
      names.delete(path)
    },
    async syncDirectory() {
      power()
      syncedNames = new Map(names)
    },
  }
  return layer
}
