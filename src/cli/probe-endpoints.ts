import { codeOf, messageOf } from '../base/fault.ts'
import { isListening, type Sender } from '../net/index.ts'
import type { EndpointFacts, SidecarStatus } from '../wire/diagnosis.ts'
import type { ExporterReport } from '../wire/sidecar-report.ts'

/**
 * Asks each exporter's receiver from here whether it is there, once: a Zipkin one by an empty list of spans,
 * which it takes and forgets, any other by a connection.
 */
export async function probeEndpoints(
  statuses: readonly SidecarStatus[],
  sender: Pick<Sender, 'post'>,
): Promise<readonly EndpointFacts[]> {
  const exporters = new Map<string, ExporterReport>()
  for (const status of statuses)
    if ('report' in status)
      for (const exporter of status.report.exporters)
        if (exporter.endpoint !== undefined) exporters.set(exporter.endpoint, exporter)
  const facts = [...exporters].map(([endpoint, { name }]) =>
    name === 'zipkin' ? probeZipkin(endpoint, sender) : probeAddress(endpoint),
  )
  return (await Promise.all(facts)).filter((fact) => fact !== undefined)
}

const TIMEOUT_MS = 2_000

async function probeZipkin(
  endpoint: string,
  sender: Pick<Sender, 'post'>,
): Promise<EndpointFacts | undefined> {
  // Its credentials are masked: it would refuse us, not the sidecar.
  if (!URL.canParse(endpoint) || new URL(endpoint).username !== '') return undefined
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const { status } = await sender.post(endpoint, 'application/json', '[]', signal)
    return { endpoint, state: 'answered', status }
  } catch (error) {
    const reason = messageOf(error) || codeOf(error) || 'no answer'
    const late = codeOf(error) === 'UPSTREAM_ABORTED'
    return {
      endpoint,
      state: 'unreachable',
      error: late ? `no answer within ${TIMEOUT_MS / 1000} s` : reason,
    }
  }
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

async function probeAddress(endpoint: string): Promise<EndpointFacts | undefined> {
  const text = endpoint.includes('://') ? endpoint : `otlp://${endpoint}`
  if (!URL.canParse(text)) return undefined
  const { hostname, port, protocol } = new URL(text)
  const number = port === '' ? DEFAULT_PORTS[protocol] : Number(port)
  if (number === undefined) return undefined
  return (await isListening(hostname.replace(/^\[|\]$/g, ''), number))
    ? { endpoint, state: 'answered' }
    : { endpoint, state: 'unreachable', error: `nobody listens on ${hostname}:${number}` }
}
