import type { Clock } from '../base/clock.ts'
import type { MetricsRegistry } from '../telemetry/index.ts'
import { EXPOSITION_TYPES, renderExposition } from '../wire/exposition.ts'
import { negotiateExposition } from '../wire/negotiate-exposition.ts'
import { acceptsGzip } from './accepts-gzip.ts'
import { headerValues } from './headers.ts'
import type { Reply, Request } from './message.ts'
import { streamText } from './stream-text.ts'

/** The page for a scraper, in the format and packing it asks for. */
export async function exposeMetrics(
  registry: Pick<MetricsRegistry, 'families'>,
  { headers }: Pick<Request, 'headers'>,
  clock: Clock,
): Promise<Reply> {
  const format = negotiateExposition(headerValues(headers, 'accept').join(','))
  const gzip = acceptsGzip(headers)
  const families = await registry.families()
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
