import { createPromRegistry } from '../../adapters/prom-client/index.ts'
import { random } from '../../base/random.ts'
import { VERSION } from '../../base/version.ts'
import { buildInjector } from '../../control/injector/index.ts'
import { createKubeClient, loadCluster } from '../../kube/index.ts'
import { injectorCatalogue } from '../../telemetry/index.ts'
import { type Command, createCliLogger, reportProblems } from '../cli-context.ts'
import { createControlTracer } from '../control-tracer.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { toInjectorSettings } from '../injector-settings.ts'
import { injectorEnvironment, injectorFlags } from '../settings.ts'

export const injector: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    const variables = injectorEnvironment.map(({ name, doc }) => `  ${name}  ${doc}`)
    context.out(
      `sidelight injector [flags]\n\n${describeFlags(injectorFlags)}\n\nEnvironment\n${variables.join('\n')}`,
    )
    return 0
  }
  const parsed = parseFlags(injectorFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values } = parsed.value
  const settings = toInjectorSettings(values, context.env)
  if (!settings.ok) return reportProblems(context, settings.error)

  const { clock } = context
  const log = createCliLogger(context, {
    level: values['log-level'],
    json: values['log-as-json'],
    fields: { scope: 'sidelight.injector', ver: VERSION },
  })
  const userAgent = `sidelight-injector/${VERSION}`
  const registry = createPromRegistry(injectorCatalogue, { clock, processMetrics: true })
  const tracing = createControlTracer({
    zipkin: values.zipkin,
    serviceName: 'sidelight-injector',
    userAgent,
    registry,
    clock,
    log,
  })
  const cluster = loadCluster({ kubeconfig: values.kubeconfig, context: values.context })
  const running = await buildInjector(settings.value, {
    client: createKubeClient({ cluster, clock, userAgent }),
    clock,
    random,
    log,
    registry,
    tracer: tracing.tracer,
  })
  log.info(`reviews on port ${running.port}, probes and metrics on port ${running.probePort}`)
  return context.runUntilStopped({
    onRequest: () => undefined,
    async stop() {
      await running.close(STOP_GRACE_MS)
      await tracing.shutdown(STOP_GRACE_MS)
      cluster.close()
      log.info('injector stopped')
    },
  })
}

const STOP_GRACE_MS = 5_000
