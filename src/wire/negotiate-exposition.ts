import type { ExpositionFormat } from './exposition.ts'

/**
 * Which format a scraper gets: that of its `Accept` which it wants most, the first one among equals. Only whoever
 * names OpenMetrics gets it; nothing asked, anything asked, or nothing that is here is text 0.0.4, as in Prometheus'
 * Go library, since a page in another format than asked is worth more than none.
 *
 * @param accept the header's value, its lines joined by commas; absent is the empty string
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-accept
 * @see prometheus/common `expfmt/encode.go` NegotiateIncludingOpenMetrics
 */
export function negotiateExposition(accept: string): ExpositionFormat {
  const wanted = accept
    .split(',')
    .map(readRange)
    .filter(({ quality, format }) => quality > 0 && format !== undefined)
    .sort((a, b) => b.quality - a.quality)
  return wanted[0]?.format ?? 'text'
}

interface Range {
  readonly format: ExpositionFormat | undefined
  /** 0 to 1; 0 = not wanted, also for a weight that is none. */
  readonly quality: number
}

/** By media type: the format, and the version of it that is made here. */
const FORMATS: Readonly<
  Record<string, { readonly format: ExpositionFormat; readonly version: string }>
> = {
  'application/openmetrics-text': { format: 'openmetrics', version: '1.0.0' },
  'text/plain': { format: 'text', version: '0.0.4' },
  'text/*': { format: 'text', version: '' },
  '*/*': { format: 'text', version: '' },
}

const WEIGHT = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim())
  const of = new Map(
    parameters.map((parameter) => {
      const [name = '', value = ''] = parameter.split('=', 2)
      return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')]
    }),
  )
  const found = FORMATS[type.toLowerCase()]
  const version = of.get('version')
  const isMade = version === undefined || version === found?.version
  const weight = of.get('q') ?? '1'
  return {
    format: isMade ? found?.format : undefined,
    quality: WEIGHT.test(weight) ? Number(weight) : 0,
  }
}
