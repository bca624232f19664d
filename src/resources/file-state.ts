import { stat } from 'node:fs/promises'
import { codeOf } from '../base/fault.ts'

/** Whether a state is that of a file without a byte. */
export const isEmptyFile = (state: string): boolean => /^\d+:0:/.test(state)

/** Which file lies there and when it was last written; the inode tells a rename or a swapped symlink. */
export const fileState = (file: string): Promise<string> =>
  stat(file).then(
    ({ ino, size, mtimeMs, ctimeMs }) => `${ino}:${size}:${mtimeMs}:${ctimeMs}`,
    (error) => codeOf(error) ?? 'unreadable',
  )
