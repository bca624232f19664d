import { createSystemClock } from '../../src/base/clock.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { type OperatorLink, startOperatorLink } from '../../src/sidecar/cluster/operator-link.ts'

/** A sidecar's stream from the operator, by the sidecar's own code: each snapshot is acknowledged as it comes. */
export function simulateSidecar(options: {
  readonly address: string
  readonly trustAnchors: string
  readonly token: string
  readonly onSnapshot?: (version: string) => void
}): OperatorLink {
  const link: OperatorLink = startOperatorLink({
    address: options.address,
    trustAnchors: options.trustAnchors,
    readToken: async () => options.token,
    version: '0.1.0',
    clock: createSystemClock(),
    random: Math.random,
    log: silentLogger,
    onState: () => undefined,
    async onSnapshot({ version }) {
      options.onSnapshot?.(version)
      link.acknowledge(version, [])
    },
  })
  return link
}
