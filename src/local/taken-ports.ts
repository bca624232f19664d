import type { Problem } from '../base/problem.ts'
import { isListening } from '../net/index.ts'
import type { SidecarSettings } from '../sidecar/index.ts'
import { findPortHolder } from './port-holder.ts'

interface AppToStart {
  readonly settings: Pick<SidecarSettings, 'appId' | 'appPort' | 'appChannelAddress'>
  readonly command: readonly string[] | undefined
}

const LOOPBACK = /^(localhost|::1|127\..*)$/

/**
 * The ports that somebody else serves already. An app started on one would fail, and its sidecar would take
 * the stranger for it.
 */
export async function findTakenPorts(apps: readonly AppToStart[]): Promise<Problem[]> {
  const found = await Promise.all(
    apps.map(async ({ settings, command }): Promise<Problem | undefined> => {
      const { appId, appPort, appChannelAddress } = settings
      // Without a command the app is meant to be there already.
      if (command === undefined || appPort === undefined) return undefined
      if (!LOOPBACK.test(appChannelAddress)) return undefined
      if (!(await isListening(appChannelAddress, appPort))) return undefined
      const holder = await findPortHolder(appPort)
      const who = holder === undefined ? 'another process' : `pid ${holder.pid} (${holder.command})`
      return {
        path: appId,
        code: 'APP_PORT_IN_USE',
        message: `port ${appPort} of ${appId} is in use by ${who}; stop that process or choose another port`,
      }
    }),
  )
  return found.filter((problem) => problem !== undefined)
}
