import { spawn } from 'node:child_process'

/**
 * Ends process groups when this program ends without having stopped them: killed outright, out of memory,
 * crashed. Nothing in a program can see its own SIGKILL, so somebody else has to: a shell that reads a pipe
 * of ours, which the system closes whatever the end.
 */
export interface ProcessGuard {
  add(group: number): void
  remove(group: number): void
  /** Nothing is left to guard. */
  close(): void
}

/** Each line is the whole list of groups. TERM first, as a stop would; KILL for those who do not heed it. */
const SCRIPT = `
trap '' HUP INT TERM
groups=
while read -r line; do groups=$line; done
[ -n "$groups" ] || exit 0
for group in $groups; do kill -s TERM -- "-$group"; done
sleep 3
for group in $groups; do kill -s KILL -- "-$group"; done
`

/** One shell guards all groups. Where there is none (Windows) there are no groups either, and nothing is guarded. */
export function createProcessGuard(): ProcessGuard {
  const groups = new Set<number>()
  let shell: ReturnType<typeof startShell> | undefined
  const tell = (): void => {
    shell ??= startShell()
    shell.write(`${[...groups].join(' ')}\n`)
  }
  return {
    add(group) {
      groups.add(group)
      tell()
    },
    remove(group) {
      // Its number may soon be another's.
      if (groups.delete(group)) tell()
    },
    close() {
      groups.clear()
      if (shell === undefined) return
      tell()
      shell.end()
    },
  }
}

function startShell() {
  // A session of its own: what ends ours, a terminal or a signal to the group, must not end it.
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.on('error', () => undefined)
  shell.stdin.on('error', () => undefined)
  shell.unref()
  return shell.stdin
}
