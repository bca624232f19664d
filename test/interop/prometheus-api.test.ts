import assert from 'node:assert/strict'
import { createSampleStore } from '../../src/backend/samples/sample-store.ts'
import { createTargetWriter } from '../../src/backend/samples/target-writer.ts'
import { parseExposition } from '../../src/wire/parse-exposition.ts'
import { startBackend } from '../e2e/backend-fixture.ts'
import { type RealPrometheus, startPrometheus } from '../support/real-prometheus.ts'
import { ROOMY } from '../support/sample-table.ts'

const START = 1_767_225_600
const SAMPLES = `# TYPE a gauge
# HELP a A thing.
a{x="1"} 1 ${START}.123
a{x="2"} 2.5 ${START}.123
a{x="1"} 1e-7 ${START + 15}.02
a{x="2"} 1e21 ${START + 15}.02
a{x="1"} -0.0 ${START + 30}.5
a{x="2"} 123456789.125 ${START + 30}.5
# TYPE odd gauge
odd{kind="nan",text="\\"ä\\n"} NaN ${START}.001
odd{kind="inf"} +Inf ${START}.001
odd{kind="less"} -Inf ${START}.001
# TYPE b counter
b_total{y="1"} 10 ${START}.5
b_total{y="1"} 20 ${START + 20}.5
# EOF
`
const AT = `time=${START + 40}`
const RANGE = `start=${START}&end=${START + 60}&step=10`

/** Answers that are equal, byte for byte up to the order of series. */
const SAME = [
  `query?query=a&${AT}`,
  `query?query=a{x="1"}&${AT}`,
  `query?query=odd&${AT}`,
  `query?query=a[1m]&${AT}`,
  `query?query=time()&${AT}.125`,
  `query?query="text"&${AT}`,
  `query?query=a&time=2026-01-01T00:00:40Z`,
  `query?query=a&time=2026-01-01T01:00:40.5%2B01:00`,
  `query?query=nosuch&${AT}`,
  `query?query=vector(1e-7)&${AT}`,
  `query?query=-0&${AT}`,
  `query_range?query=a&${RANGE}`,
  `query_range?query=a&start=${START}.5&end=${START + 20}&step=2.5`,
  `query_range?query=rate(b_total[30s])&${RANGE.replace('step=10', 'step=20s')}`,
  `query_range?query=1/3&${RANGE}`,
  'series?match[]=a',
  'series?match[]=a{x="1"}&match[]={__name__=~"a|b.*"}',
  `series?match[]=b_total&start=${START + 3_600}&end=${START + 7_200}`,
  'labels',
  'labels?match[]=a',
  'label/__name__/values',
  'label/kind/values',
  'label/x/values?match[]=a{x!="1"}',
  'label/nosuch/values',
]

/** Answers whose status and kind of error are equal; words differ. */
const REFUSED = [
  'query',
  'query?query=',
  'query?query=a{',
  `query?query=a&time=yesterday`,
  `query?query=a&timeout=x`,
  `query_range?query=a&end=${START}&step=1`,
  `query_range?query=a&start=${START}&end=${START - 1}&step=1`,
  `query_range?query=a&start=${START}&end=${START + 1}&step=0`,
  `query_range?query=a&start=${START}&end=${START + 1}&step=-1`,
  `query_range?query=a&start=${START}&end=${START + 1}&step=x`,
  `query_range?query=a&start=${START}&end=${START + 11_001}&step=1`,
  `query_range?query=a[5m]&${RANGE}`,
  `query?query=a + on () a&${AT}`,
  'series',
  'series?match[]=rate(a[5m])',
  'series?match[]={}',
  'label/9/values',
  'query_exemplars?query=a{',
]

describe('the Prometheus API beside a real Prometheus', () => {
  let prometheus: RealPrometheus | undefined
  let backend: Awaited<ReturnType<typeof startBackend>> | undefined

  before(async function () {
    this.timeout(60_000)
    prometheus = await startPrometheus(this, { samples: SAMPLES })
    const samples = createSampleStore(ROOMY)
    const parsed = parseExposition(SAMPLES, 'openmetrics')
    assert.ok(parsed.ok)
    createTargetWriter(samples, (labels) => labels).write(parsed.value, 0)
    backend = await startBackend({}, { samples })
  })
  after(async () => {
    await backend?.[Symbol.asyncDispose]()
    await prometheus?.[Symbol.asyncDispose]()
  })

  const askBoth = (path: string, init?: RequestInit) =>
    Promise.all(
      [backend, prometheus].map(async (one) => {
        const response = await fetch(`${one?.url}/api/v1/${path}`, init)
        return { status: response.status, text: await response.text() }
      }),
    )

  test('gives the same answers', async () => {
    for (const path of SAME) {
      const [ours, theirs] = await askBoth(path)
      assert.deepEqual(inOrder(ours), inOrder(theirs), path)
    }
  })

  test('refuses the same questions', async () => {
    for (const path of REFUSED) {
      const [ours, theirs] = await askBoth(path)
      assert.deepEqual(withoutWords(ours), withoutWords(theirs), path)
    }
  })

  test('takes a form', async () => {
    const body = new URLSearchParams({ query: 'a{x="1"}', time: String(START + 40) })
    const [ours, theirs] = await askBoth('query?query=b', { method: 'POST', body })
    assert.deepEqual(ours, theirs)
    assert.match(ours?.text ?? '', /"x":"1"/)
  })
})

type Answered = { readonly status: number; readonly text: string } | undefined

/** Series of an instant come in any order. */
const inOrder = (answered: Answered) => {
  const [, head, list] = /^(.*?"(?:result|data)":)\[(\{.*\})\]\}*$/.exec(answered?.text ?? '') ?? []
  if (list === undefined) return answered
  return {
    status: answered?.status,
    head,
    series: list.split(/,(?=\{"(?:metric|__name__)")/).sort(),
  }
}

const withoutWords = (answered: Answered) => {
  const { status, errorType, error } = JSON.parse(answered?.text ?? '') as Record<string, unknown>
  return { code: answered?.status, status, errorType, error: typeof error }
}
