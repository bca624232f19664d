import {
  mkdir,
  type FileHandle as NodeFileHandle,
  open,
  readdir,
  readFile,
  rename,
  unlink,
} from 'node:fs/promises'

/** The calls the disk driver makes, so that a test can hand in a disk that forgets what was not synced. */
export interface FileLayer {
  makeDirectory(path: string): Promise<void>
  /** Names only. Those of directories end in `/`. */
  list(path: string): Promise<string[]>
  readWhole(path: string): Promise<Buffer>
  /** `append` creates what is missing, `exclusive` fails with `EEXIST`, `read` does not create. */
  open(path: string, mode: 'append' | 'exclusive' | 'read'): Promise<FileHandle>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  /** Makes creations, renames and removals in the directory last. */
  syncDirectory(path: string): Promise<void>
}

export interface FileHandle {
  /** Appends all of it, in order. */
  write(chunks: readonly Uint8Array[]): Promise<void>
  /** Returns when the bytes written so far survive a power cut. */
  sync(): Promise<void>
  read(length: number, position: number): Promise<Buffer>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

const FLAGS = { append: 'a+', exclusive: 'wx', read: 'r' } as const
/** Linux takes at most 1024 pieces in one call. */
const MAX_PIECES = 512

export const nodeFileLayer: FileLayer = {
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true })
  },
  list: async (path) =>
    (await readdir(path, { withFileTypes: true })).map((entry) =>
      entry.isDirectory() ? `${entry.name}/` : entry.name,
    ),
  readWhole: (path) => readFile(path),
  open: async (path, mode) => toHandle(await open(path, FLAGS[mode])),
  rename: (from, to) => rename(from, to),
  unlink: (path) => unlink(path),
  async syncDirectory(path) {
    const directory = await open(path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  },
}

const toHandle = (file: NodeFileHandle): FileHandle => ({
  async write(chunks) {
    for (let first = 0; first < chunks.length; first += MAX_PIECES) {
      const pieces = chunks.slice(first, first + MAX_PIECES)
      const wanted = pieces.reduce((sum, piece) => sum + piece.length, 0)
      const { bytesWritten } = await file.writev(pieces)
      // A short write is what a disk does when it is nearly full: the rest tells the reason.
      if (bytesWritten < wanted) await writeRest(file, pieces, bytesWritten)
    }
  },
  sync: () => file.datasync(),
  async read(length, position) {
    const buffer = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  },
  truncate: (length) => file.truncate(length),
  close: () => file.close(),
})

async function writeRest(
  file: NodeFileHandle,
  pieces: readonly Uint8Array[],
  written: number,
): Promise<void> {
  const rest = Buffer.concat(pieces).subarray(written)
  for (let from = 0; from < rest.length; ) {
    const { bytesWritten } = await file.write(rest, from)
    from += bytesWritten
  }
}
