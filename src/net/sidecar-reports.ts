import type { Clock } from '../base/clock.ts'
import { codeOf, messageOf } from '../base/fault.ts'
import type { SidecarStatus } from '../wire/diagnosis.ts'
import { parseSidecarReport } from '../wire/parse-sidecar-report.ts'
import { REPORT_PATH } from '../wire/sidecar-report.ts'
import type { Registration } from './registration.ts'
import type { Sender } from './send.ts'

const TIMEOUT_MS = 2_000
/** A report of 200 operations and 100 changes, with room. */
const MAX_REPORT_BYTES = 1_048_576

/**
 * Asks every registered sidecar for its report, all at once, each for at most 2 s. Never rejects: who does not
 * answer has a status, too.
 *
 * @returns one status a registration, in their order
 */
export const collectReports = (
  registrations: readonly Registration[],
  sender: Pick<Sender, 'get'>,
  clock: Clock,
): Promise<readonly SidecarStatus[]> =>
  Promise.all(registrations.map((registration) => ask(registration, sender, clock)))

async function ask(
  registration: Registration,
  sender: Pick<Sender, 'get'>,
  clock: Clock,
): Promise<SidecarStatus> {
  const abort = new AbortController()
  const cancel = clock.after(TIMEOUT_MS, () => abort.abort())
  const sentUs = clock.nowUs()
  const sentMs = clock.elapsedMs()
  try {
    const text = await sender.get(reportUrl(registration), abort.signal, MAX_REPORT_BYTES)
    const roundTripUs = Math.round((clock.elapsedMs() - sentMs) * 1_000)
    const report = parseSidecarReport(text)
    if (!report.ok) return { registration, error: report.error }
    // A process id that was given away again keeps a dead sidecar's registration alive.
    if (report.value.appId !== registration.appId)
      return { registration, error: `the sidecar of ${report.value.appId} answers at its port` }
    const skewUs = report.value.nowUs - Math.round(sentUs + roundTripUs / 2)
    return { registration, report: report.value, skewUs, roundTripUs }
  } catch (error) {
    return {
      registration,
      error: abort.signal.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : describe(error),
    }
  } finally {
    cancel()
  }
}

const reportUrl = ({ host, internalPort }: Registration): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${internalPort}${REPORT_PATH}`

/** A connection that is refused under several addresses has a code, but no message. */
const describe = (error: unknown): string => messageOf(error) || codeOf(error) || 'no answer'
