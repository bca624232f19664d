import { headerValues } from './headers.ts'
import type { RawHeaders } from './message.ts'

const GZIP = /(?:^|,)\s*(?:gzip|\*)\s*(?:$|,|;\s*q=(?!0(?:\.0*)?\s*(?:,|$)))/i

/** Whether the client takes a packed answer, by its `Accept-Encoding`. */
export const acceptsGzip = (headers: RawHeaders): boolean =>
  GZIP.test(headerValues(headers, 'accept-encoding').join(','))
