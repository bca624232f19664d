import { VERSION } from '../../base/version.ts'
import { type Command, createCliLogger, reportProblems } from '../cli-context.ts'
import { describeFlags, parseFlags } from '../flags.ts'
import { readSlos } from '../read-slos.ts'
import { backendFlags } from '../settings.ts'
import { createSharedParts } from '../shared-parts.ts'
import { addresses, commaList } from '../sidecar-settings.ts'
import { defaultBackendSettings, defaultTracesDirectory, startBackend } from '../start-backend.ts'

export const backend: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(`sidelight backend [flags]\n\n${describeFlags(backendFlags)}`)
    return 0
  }
  const parsed = parseFlags(backendFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values } = parsed.value
  const slos = await readSlos(values.slo)
  if (!slos.ok) return reportProblems(context, slos.error)
  const defaults = defaultBackendSettings(context.home)
  const log = createCliLogger(context, {
    level: values['log-level'],
    json: values['log-as-json'],
    fields: { scope: 'sidelight.backend', ver: VERSION },
  })
  const shared = createSharedParts(context)
  const running = await startBackend(
    {
      ...defaults,
      port: values.port,
      addresses: addresses(values['listen-address']),
      store: values.memory
        ? { kind: 'memory', maxSpans: values['max-spans'] }
        : {
            kind: 'disk',
            directory: values.data ?? defaultTracesDirectory(context.home),
            retainMs: values.retain,
            maxBytes: values['max-disk'],
          },
      metrics: {
        scrapeIntervalMs: values.scrape
          ? Math.max(MIN_SCRAPE_INTERVAL_MS, values['scrape-interval'])
          : undefined,
        retainMs: values['retain-samples'],
        maxBytes: values['max-sample-memory'],
      },
      slos: slos.value.slos,
      autocompleteKeys: commaList(values['autocomplete-keys']),
      strictTraceId: values['strict-trace-id'],
      searchEnabled: values.search,
      allowClear: values['allow-clear'],
      maxBodyBytes: values['max-body-size'],
    },
    context,
    shared,
    log,
  )
  log.info(`Zipkin API and console on ${running.url}/zipkin/`)
  return context.runUntilStopped({
    onRequest: () => undefined,
    async stop() {
      await running.close(STOP_GRACE_MS)
      await shared.sender.close()
      log.info('backend stopped')
    },
  })
}

const STOP_GRACE_MS = 5_000
const MIN_SCRAPE_INTERVAL_MS = 1_000
