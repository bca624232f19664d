import { count, formatAge, formatTime } from '../../../base/figures.ts'
import type { EndpointFacts } from '../../../wire/diagnosis.ts'
import type { ExporterReport } from '../../../wire/sidecar-report.ts'
import { type Cause, formatPlace, type Sighting } from '../cause.ts'

/** By the words of the last error; the first that fits. */
const CURES: readonly (readonly [pattern: RegExp, cure: string])[] = [
  [
    /answered 40[13]/,
    'give the exporter the header that the receiver asks for (headers: in the Configuration)',
  ],
  [
    /answered 40[45]/,
    'correct the path: Zipkin’s is /api/v2/spans, OTLP’s over HTTP is /v1/traces',
  ],
  [/answered 413/, 'raise the receiver’s limit, or lower OTEL_BSP_MAX_EXPORT_BATCH_SIZE'],
  [/answered 429/, 'the receiver asks for less: lower the rate, or give it more room'],
  [/answered 5\d\d/, 'look at the receiver’s own log and disk'],
  [/ENOTFOUND|EAI_AGAIN|getaddrinfo/, 'correct the host: nobody has that name'],
  [
    /ECONNREFUSED|refused/i,
    'nobody listens there: start the receiver (sidelight backend), or correct the address',
  ],
  [
    /certificate|TLS|SSL|self.signed/i,
    'make the receiver’s certificate trusted (NODE_EXTRA_CA_CERTS), or correct the address',
  ],
]
const ANY_CURE = 'start the receiver, or correct the address'

const DROPS: Readonly<Record<string, readonly [why: string, cure: string]>> = {
  queue_full: [
    'the queue was full: the receiver was slower than the spans came, or away',
    'raise OTEL_BSP_MAX_QUEUE_SIZE, lower the rate, or make the receiver faster',
  ],
  refused: ['the receiver refused them for good', 'look at the receiver’s answer and its own log'],
  removed: [
    'their exporter was taken out of the Configuration before they were sent',
    'nothing, if the exporter was meant to go',
  ],
  shutdown: ['the sidecar stopped before they were sent', 'raise --dapr-graceful-shutdown-seconds'],
}

const sourceOf = ({ report }: Sighting, { name }: ExporterReport) =>
  report.configuration.sources[`tracing.${name === 'otlp' ? 'otel' : name}`]

const address = ({ name, endpoint }: ExporterReport): string =>
  endpoint === undefined ? name : `${name} ${endpoint}`

/** What was seen from where the diagnosis is made, in words. */
const seenFromHere = (facts: EndpointFacts | undefined): string =>
  ({
    none: '',
    self: '; it is this backend',
    answered: `; from here it answers${facts?.status === undefined ? '' : ` ${facts.status}`}`,
    unreachable: '; from here it cannot be reached either',
  })[facts?.state ?? 'none']

/** The address stands before it already. */
const brief = ({ endpoint }: ExporterReport, error: string): string =>
  error.replace(`no answer from ${endpoint}: `, '')

/** Where spans go, and what becomes of them. */
export const exporterCauses: readonly Cause[] = [
  {
    code: 'NO_EXPORTER',
    find: ({ report: { sampling, exporters }, file }) =>
      !sampling.enabled || exporters.length > 0
        ? undefined
        : {
            severity: 'error',
            title: 'no exporter is configured: spans are made and go nowhere',
            cure: `add zipkin.endpointAddress: http://localhost:9411/api/v2/spans (or otel.endpointAddress) under spec.tracing in ${file}`,
          },
  },
  {
    code: 'LOG_ONLY',
    find: (sighting) =>
      sighting.report.exporters.some(({ name }) => name !== 'stdout') ||
      sighting.report.exporters.length === 0
        ? undefined
        : {
            severity: 'info',
            title: 'spans go to the sidecar’s log only (stdout: true)',
            cure: `to see them in a console, add zipkin.endpointAddress under spec.tracing in ${sighting.file}`,
            source: sighting.report.configuration.sources['tracing.stdout'],
          },
  },
  {
    code: 'EXPORTER_DOWN',
    find: (sighting) =>
      sighting.report.exporters
        .filter(({ up }) => up === false)
        .map((exporter) => {
          const { lastError = 'it does not say why', lastSuccessUs, lastErrorUs } = exporter
          const source = sourceOf(sighting, exporter)
          const { nowUs } = sighting.report
          const since =
            lastSuccessUs === undefined
              ? 'it has never taken a span'
              : `it has taken none since ${formatTime(lastSuccessUs, nowUs)}, ${formatAge(Math.max(0, nowUs - lastSuccessUs))} ago`
          const tried =
            lastErrorUs === undefined ? '' : `; last tried ${formatTime(lastErrorUs, nowUs)}`
          const cure = CURES.find(([pattern]) => pattern.test(lastError))?.[1] ?? ANY_CURE
          return {
            severity: 'error' as const,
            title: `${address(exporter)} takes no spans: ${brief(exporter, lastError)}`,
            detail: `${since}${tried}${seenFromHere(sighting.endpoint(exporter.endpoint))}`,
            cure: `${cure}${source === undefined ? '' : ` (${formatPlace(source)})`}`,
            source,
          }
        }),
  },
  {
    code: 'ENDPOINT_UNREACHABLE',
    find: (sighting) =>
      sighting.report.exporters.flatMap((exporter) => {
        const facts = sighting.endpoint(exporter.endpoint)
        if (exporter.up !== undefined || facts?.state !== 'unreachable') return []
        const error = facts.error ?? 'no answer'
        return {
          severity: 'error' as const,
          title: `${address(exporter)} cannot be reached from here: ${error}`,
          detail: 'the sidecar has sent nothing yet',
          cure: CURES.find(([pattern]) => pattern.test(error))?.[1] ?? ANY_CURE,
          source: sourceOf(sighting, exporter),
        }
      }),
  },
  {
    code: 'ENDPOINT_REFUSES',
    find: (sighting) =>
      sighting.report.exporters.flatMap((exporter) => {
        const { status = 200 } = sighting.endpoint(exporter.endpoint) ?? {}
        if (exporter.up !== undefined || status < 400) return []
        const error = `the receiver answered ${status}`
        return {
          severity: 'error' as const,
          title: `${address(exporter)} refuses an empty list of spans: ${error}`,
          detail:
            'asked from here, without the headers of the Configuration; the sidecar has sent nothing yet',
          cure: CURES.find(([pattern]) => pattern.test(error))?.[1] ?? ANY_CURE,
          source: sourceOf(sighting, exporter),
        }
      }),
  },
  {
    code: 'STORE_DOWN',
    find: (sighting) =>
      sighting.report.exporters.flatMap((exporter) => {
        const facts = sighting.endpoint(exporter.endpoint)
        if (facts?.state !== 'self' || facts.error === undefined) return []
        return {
          severity: 'error' as const,
          title: `the backend behind ${address(exporter)} takes no spans: ${facts.error}`,
          cure: 'free its disk, then restart the backend; its log says more',
        }
      }),
  },
  {
    code: 'SPANS_DROPPED',
    find: (sighting) =>
      sighting.report.exporters.flatMap((exporter) =>
        Object.entries(exporter.dropped).flatMap(([reason, spans]) => {
          if (spans === 0) return []
          const [why, cure] = DROPS[reason] ?? [reason, 'look at the sidecar’s log']
          const last = reason === 'refused' ? exporter.lastError : undefined
          return {
            severity: 'warning' as const,
            title: `${exporter.name} has dropped ${count(spans, 'span')} (${reason}): ${why}`,
            detail: last === undefined ? '' : `last error: ${brief(exporter, last)}`,
            cure,
          }
        }),
      ),
  },
]
