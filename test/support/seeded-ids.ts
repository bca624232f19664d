import { createHash } from 'node:crypto'

/**
 * Trace ids that are the same in each run and as good as drawn by chance: what a test judges by its share
 * must not be judged by luck.
 */
export function createSeededTraceIds(seed: number): () => string {
  let drawn = 0
  return () => createHash('sha256').update(`${seed}/${drawn++}`).digest('hex').slice(0, 32)
}
