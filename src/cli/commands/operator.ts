import { createPromRegistry } from '../../adapters/prom-client/index.ts'
import { random } from '../../base/random.ts'
import { VERSION } from '../../base/version.ts'
import { buildOperator, createApiMeter } from '../../control/operator/index.ts'
import { createKubeClient, loadCluster } from '../../kube/index.ts'
import { operatorCatalogue } from '../../telemetry/index.ts'
import { type Command, createCliLogger, reportProblems } from '../cli-context.ts'
import { createControlTracer } from '../control-tracer.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { toOperatorSettings } from '../operator-settings.ts'
import { operatorEnvironment, operatorFlags } from '../settings.ts'

export const operator: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    const variables = operatorEnvironment.map(({ name, doc }) => `  ${name}  ${doc}`)
    context.out(
      `sidelight operator [flags]\n\n${describeFlags(operatorFlags)}\n\nEnvironment\n${variables.join('\n')}`,
    )
    return 0
  }
  const parsed = parseFlags(operatorFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values } = parsed.value
  const settings = toOperatorSettings(values, context.env)
  if (!settings.ok) return reportProblems(context, settings.error)

  const { clock } = context
  const log = createCliLogger(context, {
    level: values['log-level'],
    json: values['log-as-json'],
    fields: { scope: 'sidelight.operator', ver: VERSION },
  })
  const registry = createPromRegistry(operatorCatalogue, { clock, processMetrics: true })
  const userAgent = `sidelight-operator/${VERSION}`
  const tracing = createControlTracer({
    zipkin: values.zipkin,
    serviceName: 'sidelight-operator',
    userAgent,
    registry,
    clock,
    log,
  })
  const cluster = loadCluster({ kubeconfig: values.kubeconfig, context: values.context })
  const running = await buildOperator(settings.value, {
    client: createKubeClient({
      cluster,
      clock,
      userAgent,
      onAnswer: createApiMeter(registry),
    }),
    clock,
    random,
    log,
    registry,
    tracer: tracing.tracer,
  })
  log.info(`sidecars on port ${running.port}, probes and metrics on port ${running.probePort}`)
  return context.runUntilStopped({
    onRequest: () => undefined,
    async stop() {
      await running[Symbol.asyncDispose]()
      await tracing.shutdown(STOP_GRACE_MS)
      cluster.close()
      log.info('operator stopped')
    },
  })
}

const STOP_GRACE_MS = 5_000
