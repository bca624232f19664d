import assert from 'node:assert/strict'
import { negotiateExposition } from '../../../src/wire/negotiate-exposition.ts'

const OPEN = 'application/openmetrics-text'
/** Of Prometheus 2.42 and 3.5. */
const PROMETHEUS_2 = `${OPEN};version=1.0.0,${OPEN};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`
const PROMETHEUS_3 = `${OPEN};version=1.0.0;escaping=allow-utf-8;q=0.6,${OPEN};version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`

const rows: readonly (readonly [accept: string, format: string, why: string])[] = [
  ['', 'text', 'nothing asked'],
  ['*/*', 'text', 'anything'],
  ['text/*', 'text', 'any text'],
  ['application/*', 'text', 'OpenMetrics is not named'],
  ['application/json', 'text', 'nothing that is here'],
  ['text/html,application/xhtml+xml,*/*;q=0.8', 'text', 'a browser'],
  ['text/plain', 'text', 'no version'],
  ['text/plain;version=0.0.4', 'text', ''],
  [OPEN, 'openmetrics', 'no version'],
  [`${OPEN}; version=1.0.0; charset=utf-8`, 'openmetrics', 'blanks'],
  [`${OPEN};version="1.0.0"`, 'openmetrics', 'in quotes'],
  [OPEN.toUpperCase(), 'openmetrics', 'any case'],
  [`${OPEN};version=0.0.1`, 'text', 'a version that is not made'],
  [`${OPEN};version=2.0.0,text/plain;q=0.1`, 'text', 'a version that is not made'],
  [`${OPEN};q=0.4,text/plain;q=0.5`, 'text', 'the larger weight'],
  [`text/plain;q=0.4,${OPEN};q=0.5`, 'openmetrics', 'the larger weight'],
  [`${OPEN},text/plain`, 'openmetrics', 'the first of equals'],
  [`text/plain,${OPEN}`, 'text', 'the first of equals'],
  [`*/*,${OPEN};q=0.9`, 'text', 'anything is wanted more'],
  [`${OPEN};q=0`, 'text', 'not wanted'],
  [`${OPEN};q=0.000,*/*;q=0.1`, 'text', 'not wanted'],
  [`${OPEN};q=2`, 'text', 'a weight that is none'],
  [`${OPEN};q=0.1234`, 'text', 'a weight that is none'],
  [`${OPEN};q=,;;,=;q`, 'text', 'nonsense'],
  [PROMETHEUS_2, 'openmetrics', 'Prometheus 2'],
  [PROMETHEUS_3, 'openmetrics', 'Prometheus 3'],
]

describe('negotiateExposition [rfc9110: 12.5.1, prometheus/common: expfmt/encode.go]', () => {
  for (const [accept, format, why] of rows)
    test(`answers ${JSON.stringify(accept)} with ${format}${why === '' ? '' : `: ${why}`}`, () =>
      assert.equal(negotiateExposition(accept), format))
})
