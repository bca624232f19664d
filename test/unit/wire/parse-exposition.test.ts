import assert from 'node:assert/strict'
import {
  type ExpositionFormat,
  expositionFormat,
  parseExposition,
} from '../../../src/wire/parse-exposition.ts'
import { formatLabels } from '../../support/sample-table.ts'

function read(text: string, format: ExpositionFormat = 'text') {
  const parsed = parseExposition(text, format)
  if (!parsed.ok) throw new Error(`${parsed.error.line}: ${parsed.error.message}`)
  return parsed.value
}

const lines = (text: string, format?: ExpositionFormat): string[] =>
  read(text, format).samples.map(
    ({ labels, value, timeMs }) =>
      `${formatLabels(labels)} ${value}${timeMs === undefined ? '' : ` @${timeMs}`}`,
  )

const open = (text: string) => lines(`${text}# EOF\n`, 'openmetrics')

describe('parseExposition', () => {
  test('reads the text format [prometheus: exposition_formats.md]', () => {
    const text = `
# HELP http_requests_total The total \\\\ number\\nof requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
  metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
spaced {	a = "b" , c="d",	}	0x
`
    assert.throws(() => lines(text), /^Error: 11: a value is expected behind the series/)
    assert.deepEqual(lines(text.replace('0x', 'NaN')), [
      'http_requests_total{code="200",method="post"} 1027 @1395066363000',
      'http_requests_total{code="400",method="post"} 3 @1395066363000',
      'msdos_file_access_time_seconds{error="Cannot find file:\n"FILE.TXT"",path="C:\\DIR\\FILE.TXT"} 1458255915',
      'metric_without_timestamp_and_labels{} 12.47',
      'something_weird{problem="division by zero"} Infinity @-3982045',
      'spaced{a="b",c="d"} NaN',
    ])
    assert.deepEqual(read(text.replace('0x', '-Inf')).metadata.get('http_requests_total'), {
      type: 'counter',
      help: 'The total \\ number\nof requests.',
      unit: '',
    })
    assert.deepEqual(lines('a{}1'), ['a{} 1'])
    assert.deepEqual(lines(''), [])
  })

  test('reads OpenMetrics with exemplars [openmetrics 1.0]', () => {
    const text = `# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
latency_seconds_bucket{le="0.1"} 8 # {trace_id="abc",span_id="d}"} 0.067 1520879607.789
latency_seconds_bucket{le="+Inf"} 9 1520879607.5 # {} 0.5
# TYPE up unknown
up 1
# EOF
`
    const { samples, metadata } = read(text, 'openmetrics')
    const [first, second, third] = samples
    assert.deepEqual(first?.exemplar?.labels.pairs, [
      ['span_id', 'd}'],
      ['trace_id', 'abc'],
    ])
    assert.equal(first?.exemplar?.value, 0.067)
    assert.equal(first?.exemplar?.timeMs, 1_520_879_607_789)
    assert.equal(second?.timeMs, 1_520_879_607_500)
    assert.equal(second?.exemplar?.timeMs, undefined)
    assert.equal(third?.exemplar, undefined)
    assert.deepEqual(metadata.get('latency_seconds'), {
      type: 'histogram',
      help: '',
      unit: 'seconds',
    })
  })

  test('refuses the whole of a scrape with a bad line, by its number', () => {
    const bad: Readonly<Record<string, RegExp>> = {
      '{a="b"} 1': /1: a line begins with the name/,
      '1a 1': /1: a line begins with the name/,
      'ok 1\na': /2: a value is expected/,
      'a b': /1: a value is expected/,
      'a 0x1F': /1: a value is expected/,
      'a 1 2.5': /1: what stands behind the value is no time/,
      'a 1 2 3': /1: the line goes on/,
      'a 1 # {b="c"} 1': /1: the line goes on/,
      'a{b="c" 1': /1: labels are separated by commas/,
      'a{b="c"d="e"} 1': /1: labels are separated by commas/,
      'a{,} 1': /1: the name of a label/,
      'a{b} 1': /1: a label has a =/,
      'a{b=c} 1': /1: a label has its value in quotes/,
      'a{b="c} 1': /1: a label has its value in quotes/,
      'a{b="\\x"} 1': /1: a label has its value in quotes/,
      'a{b="c",b="d"} 1': /1: a label stands twice/,
      'a{__name__="d"} 1': /1: a label stands twice/,
      '# TYPE a number': /1: no type of a metric/,
    }
    for (const [text, words] of Object.entries(bad)) assert.throws(() => lines(text), words, text)
  })

  test('is strict in OpenMetrics [openmetrics 1.0, ABNF]', () => {
    assert.deepEqual(open('a 1\n'), ['a{} 1'])
    const bad: Readonly<Record<string, RegExp>> = {
      'a  1\n': /1: a value is expected/,
      'a{b="c"}1\n': /1: a value is expected/,
      'a{b= "c"} 1\n': /1: a label has its value/,
      'a 1 \n': /1: the line goes on/,
      ' a 1\n': /1: a line begins/,
      'a 1\n\n': /2: an empty line/,
      '# hello\n': /1: a comment/,
      '# TYPE a untyped\n': /1: no type/,
      'a 1 # {b="c"}\n': /1: an exemplar has a value/,
      'a 1 NaN\n': /1: what stands behind the value is no time/,
      '# EOF\n': /2: nothing may stand behind # EOF/,
    }
    for (const [text, words] of Object.entries(bad)) assert.throws(() => open(text), words, text)
    assert.throws(() => lines('a 1\n', 'openmetrics'), /2: the text does not end with # EOF/)
  })

  test('is chosen by the type of the answer', () => {
    assert.equal(expositionFormat('application/openmetrics-text; version=1.0.0'), 'openmetrics')
    assert.equal(expositionFormat('text/plain; version=0.0.4'), 'text')
    assert.equal(expositionFormat(undefined), 'text')
  })
})
