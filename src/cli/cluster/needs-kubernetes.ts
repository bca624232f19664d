import type { Problem } from '../../base/problem.ts'

/** Of a command that has no meaning on one machine. */
export const needsKubernetes = (command: string): Problem => ({
  path: '--kubernetes',
  code: 'FLAG_INVALID',
  message: `${command} is of a cluster: sidelight ${command} -k`,
})
