import { err, ok } from '../../base/result.ts'
import { field } from '../fields.ts'
import { isHttpUrl } from '../http-url.ts'
import { exportHeaders } from './export-headers.ts'

const NEEDED = 'a complete URL is needed, such as http://localhost:9411/api/v2/spans'

const endpointAddress = field.readText(
  NEEDED,
  { description: 'Complete URL that takes Zipkin v2 JSON. Empty: no Zipkin.', type: 'URL' },
  (text) =>
    // Empty takes the endpoint of an earlier file away.
    text === '' || isHttpUrl(text)
      ? ok(text)
      : err({ code: 'ENDPOINT_NOT_A_URL', message: NEEDED }),
)

export const zipkinSection = field.section(
  { endpointAddress: endpointAddress.optional(), headers: exportHeaders.optional() },
  'Spans go to Zipkin, or to what understands it.',
)
