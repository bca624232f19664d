import { hostname } from 'node:os'
import { DAPR_VERSION, VERSION } from '../../base/version.ts'
import { type RunningSidecar, startSidecar } from '../../local/index.ts'
import { type Command, createCliLogger, reportProblems } from '../cli-context.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { sidecarFlags } from '../settings.ts'
import { createSharedParts } from '../shared-parts.ts'
import { toSidecarSettings } from '../sidecar-settings.ts'
import { createStopRequest } from '../stop-request.ts'

/** daprd's process contract: flags, environment, signals, exit codes, log lines. */
export const sidecar: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(
      `sidelight sidecar --app-id ID [--app-port N] [flags]\n\n${describeFlags(sidecarFlags)}`,
    )
    return 0
  }
  const parsed = parseFlags(sidecarFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, given } = parsed.value
  if (values.version || values['build-info']) {
    context.out(values.version ? DAPR_VERSION : `Sidelight ${VERSION}, Dapr API ${DAPR_VERSION}`)
    return 0
  }
  const settings = toSidecarSettings(values, context.env)
  if (!settings.ok) return reportProblems(context, settings.error)
  const log = createCliLogger(context, {
    level: values['log-level'],
    json: values['log-as-json'],
    fields: {
      app_id: settings.value.appId,
      instance: hostname(),
      scope: 'dapr.runtime',
      type: 'log',
      ver: DAPR_VERSION,
    },
  })
  for (const flag of sidecarFlags)
    if ('noEffect' in flag && given.has(flag.name))
      log.warning(`--${flag.name} has no effect: ${flag.noEffect}`)
  log.info(`starting Sidelight ${VERSION} (Dapr API ${DAPR_VERSION})`)

  const stopRequest = createStopRequest()
  const shared = { ...createSharedParts(context), daprLenient: values['dapr-lenient'] }
  const started = await startSidecar(settings.value, values.config, shared, log, (force) => {
    log.info(
      force
        ? 'Force shutdown requested, exiting immediately without graceful shutdown'
        : 'Shutdown requested via API',
    )
    stopRequest.ask(force)
  })
  if (!started.ok) return reportProblems(context, started.error)
  const running: RunningSidecar = started.value
  return context.runUntilStopped({
    onRequest: stopRequest.whenAsked,
    async stop() {
      await running.stop()
      await shared.sender.close()
      log.info('Daprd shutdown gracefully')
    },
    reload: () => void running.reload(),
  })
}
