import type { Clock } from '../base/clock.ts'
import { EXPOSITION_TYPES, renderExposition } from '../wire/exposition.ts'
import type { PageFamily } from '../wire/metric-family.ts'
import { negotiateExposition } from '../wire/negotiate-exposition.ts'
import { acceptsGzip } from './accepts-gzip.ts'
import { headerValues } from './headers.ts'
import type { Reply, Request } from './message.ts'
import { streamText } from './stream-text.ts'

/** Who has what stands on a page: a registry, for one. */
export interface MetricsPage {
  families(): Promise<readonly PageFamily[]>
}

/** The page for a scraper, in the format and packing it asks for. */
export async function exposeMetrics(
  page: MetricsPage,
  { headers }: Pick<Request, 'headers'>,
  clock: Clock,
): Promise<Reply> {
  const format = negotiateExposition(headerValues(headers, 'accept').join(','))
  const gzip = acceptsGzip(headers)
  const families = await page.families()
  return {
    status: 200,
    headers: [
      'Content-Type',
      EXPOSITION_TYPES[format],
      'Vary',
      'Accept, Accept-Encoding',
      ...(gzip ? ['Content-Encoding', 'gzip'] : []),
    ],
    body: streamText(renderExposition(families, format), clock, { gzip }),
  }
}
