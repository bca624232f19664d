import { codeOf } from '../base/fault.ts'

/** Whether a process id is in use on this machine. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return codeOf(error) === 'EPERM'
  }
}
