import type { StoreSettings } from '../../backend/index.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { VERSION } from '../../base/version.ts'
import { type Command, createCliLogger, reportProblems } from '../cli-context.ts'
import { describeFlags, type FlagValues, parseFlags } from '../flags.ts'
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
  const { values, given } = parsed.value
  const store = storeSettings(values, given, context.home)
  if (!store.ok) return reportProblems(context, store.error)
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
      store: store.value,
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

/** Of these, a store of one's own has a use. */
const OWN_STORE = ['data', 'memory', 'retain', 'max-disk', 'max-spans'] as const

function storeSettings(
  values: FlagValues<typeof backendFlags>,
  given: ReadonlySet<string>,
  home: string,
): Result<StoreSettings, Problem[]> {
  const { upstream } = values
  if (upstream === undefined)
    return ok(
      values.memory
        ? { kind: 'memory', maxSpans: values['max-spans'] }
        : {
            kind: 'disk',
            directory: values.data ?? defaultTracesDirectory(home),
            retainMs: values.retain,
            maxBytes: values['max-disk'],
          },
    )
  const problems = OWN_STORE.filter((name) => given.has(name)).map((name) => ({
    path: `--${name}`,
    code: 'FLAG_INVALID',
    message: 'with --upstream nothing is kept here: leave one of the two out',
  }))
  if (!/^https?:$/.test(URL.canParse(upstream) ? new URL(upstream).protocol : ''))
    problems.push({
      path: '--upstream',
      code: 'FLAG_INVALID',
      message: 'a URL is needed, for example http://zipkin:9411',
    })
  return problems.length > 0 ? err(problems) : ok({ kind: 'upstream', url: upstream })
}

const STOP_GRACE_MS = 5_000
const MIN_SCRAPE_INTERVAL_MS = 1_000
