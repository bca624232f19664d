/** Who runs on this machine, handed in by the command line. */
export interface ProcessTable {
  /** Of this process. */
  readonly pid: number
  isAlive(pid: number): boolean
}
