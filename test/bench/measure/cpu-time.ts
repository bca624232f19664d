import { readdirSync, readFileSync } from 'node:fs'

const JIFFY_US = 10_000

/**
 * CPU time of a process so far, in µs, user and system. By the scheduler's nanoseconds of its
 * threads: right as long as no thread ends in between, which holds for Node, HAProxy and C here.
 */
export function cpuUs(pid: number): number {
  const folder = `/proc/${pid}/task`
  return readdirSync(folder)
    .map((task) => Number(readFileSync(`${folder}/${task}/schedstat`, 'utf8').split(' ')[0]) / 1000)
    .reduce((sum, us) => sum + us, 0)
}

/** The same from `/proc/PID/stat`, in steps of 10 ms: for programs whose threads come and go (Java). */
export function coarseCpuUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * JIFFY_US
}

export interface Memory {
  readonly rssMb: number
  /** Private and written to: what one more such process costs. */
  readonly dirtyMb: number
}

export function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const mb = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) / 1024
  return { rssMb: mb('Rss'), dirtyMb: mb('Private_Dirty') }
}
