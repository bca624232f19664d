/** Signals a process group; a single process where there are no groups. A group that is gone is no error. */
export function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const target of [-pid, pid])
    try {
      process.kill(target, signal)
      return
    } catch {
      // Gone, or no groups here: try the process itself.
    }
}
