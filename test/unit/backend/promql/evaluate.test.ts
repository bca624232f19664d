import assert from 'node:assert/strict'
import { evaluateRange } from '../../../../src/backend/promql/evaluate.ts'
import { deps, every, instant, parsed, range } from './query.ts'

const UP = [
  ['up{job="a",instance="1"}', every(10, [1, 1, 1])],
  ['up{job="a",instance="2"}', every(10, [1, 1, 0])],
  ['up{job="b",instance="3"}', every(10, [1, 1, 1])],
] as const

describe('a selector', () => {
  test('takes the last sample of five minutes, open on the left [prometheus 3: left-open]', async () => {
    const rows = [['a', [[0, 1]]]] as const
    assert.deepEqual(await instant('a', rows, 299.999), { 'a{}': 1 })
    assert.deepEqual(await instant('a', rows, 300), {})
    assert.deepEqual(await instant('a', rows, -0.001), {})
  })

  test('has no value where it went stale, and one again with the next sample', async () => {
    const rows = [
      [
        'a',
        [
          [0, 1],
          [10, 'stale'],
          [20, 2],
        ],
      ],
    ] as const
    assert.deepEqual(await range('a', rows, [0, 25, 5]), { 'a{}': '0=1 5=1 20=2 25=2' })
    assert.deepEqual(await instant('count_over_time(a[1m])', rows, 20), { '{}': 2 })
  })

  test('matches by all four operators, regular expressions whole', async () => {
    const cases: Readonly<Record<string, string[]>> = {
      'up{instance="1"}': ['1'],
      'up{instance!="1"}': ['2', '3'],
      'up{instance=~"1|2"}': ['1', '2'],
      'up{job=~"."}': ['1', '2', '3'],
      'up{instance=~""}': [],
      'up{nosuch=""}': ['1', '2', '3'],
      'up{instance!~"[12]"}': ['3'],
      '{__name__="up",job="b"}': ['3'],
      '{"up",job="b"}': ['3'],
    }
    for (const [expression, instances] of Object.entries(cases)) {
      const found = Object.keys((await instant(expression, UP, 10)) as object)
      assert.deepEqual(
        found.map((series) => /instance="(\d)"/.exec(series)?.[1]),
        instances,
        expression,
      )
    }
  })

  test('looks elsewhere with offset and @', async () => {
    const rows = [['a', every(10, [0, 1, 2, 3, 4])]] as const
    const cases = { 'a offset 10s': 1, 'a offset -10s': 3, 'a @ 30': 3, 'a @ 30 offset 10s': 2 }
    for (const [expression, value] of Object.entries(cases))
      assert.deepEqual(await instant(expression, rows, 20), { 'a{}': value }, expression)
    assert.deepEqual(await range('a @ end() - a @ start()', rows, [10, 40, 10]), {
      '{}': '10=3 20=3 30=3 40=3',
    })
  })
})

describe('a range', () => {
  const rows = [['a', every(10, [0, 10, 20, 30, 40, 50, 60])]] as const

  test('is open on the left: a sample at that edge is out [prometheus 3: left-open]', async () => {
    assert.deepEqual(await instant('count_over_time(a[20s])', rows, 40), { '{}': 2 })
    assert.deepEqual(await instant('count_over_time(a[20001ms])', rows, 40), { '{}': 3 })
    assert.deepEqual(await instant('a[20s]', rows, 40), { 'a{}': '30=30 40=40' })
    // One sample is no rate.
    assert.deepEqual(await instant('rate(a[10s])', rows, 40), {})
  })

  test('gives rates that reach to its ends, but not past zero', async () => {
    assert.deepEqual(await instant('increase(a[20s])', rows, 45), { '{}': 20 })
    // Zero lies 5 s before the first sample: not the whole gap of 10 s is added.
    const low = [['a', every(10, [5, 15, 25], 10)]] as const
    assert.deepEqual(await instant('increase(a[30s])', low, 30), { '{}': 25 })
    assert.deepEqual(await instant('delta(a[30s])', low, 30), { '{}': 30 })
  })

  test('reaches half a distance where a series begins, and no further than zero [prometheus 3: extrapolatedRate]', async () => {
    // The first sample is 30 s inside. Zero lies 8 s before it: 2.42 would take these.
    const late = [['a', every(10, [8, 18, 28], 40)]] as const
    assert.deepEqual(await instant('increase(a[50s])', late, 60), { '{}': 25 })
    const lower = [['a', every(10, [2, 12, 22], 40)]] as const
    assert.deepEqual(await instant('increase(a[50s])', lower, 60), { '{}': 22 })
  })

  test('counts a reset as a fresh start', async () => {
    const reset = [['a', every(10, [50, 60, 5, 15])]] as const
    assert.deepEqual(await instant('resets(a[1m])', reset, 30), { '{}': 1 })
    assert.deepEqual(await instant('irate(a[15s])', reset, 20), { '{}': 0.5 })
    assert.deepEqual(await instant('idelta(a[15s])', reset, 20), { '{}': -55 })
    assert.deepEqual(await instant('changes(a[1m])', reset, 30), { '{}': 3 })
  })

  test('is folded over time', async () => {
    const cases: Readonly<Record<string, number>> = {
      'avg_over_time(a[25s])': 30,
      'min_over_time(a[25s])': 20,
      'max_over_time(a[25s])': 40,
      'sum_over_time(a[25s])': 90,
      'quantile_over_time(0.25, a[25s])': 25,
      'stdvar_over_time(a[21s])': 200 / 3,
      'present_over_time(a[25s])': 1,
      'deriv(a[25s])': 1,
    }
    for (const [expression, value] of Object.entries(cases))
      assert.deepEqual(await instant(expression, rows, 40), { '{}': value }, expression)
    assert.deepEqual(await instant('last_over_time(a[25s])', rows, 40), { 'a{}': 40 })
  })

  test('moves with the steps', async () => {
    assert.deepEqual(await range('sum_over_time(a[20s])', rows, [0, 70, 10]), {
      '{}': '0=0 10=10 20=30 30=50 40=70 50=90 60=110 70=60',
    })
  })
})

describe('an aggregation', () => {
  test('folds groups', async () => {
    const cases: Readonly<Record<string, object>> = {
      'sum(up)': { '{}': 2 },
      'sum by (job) (up)': { '{job="a"}': 1, '{job="b"}': 1 },
      'count without (instance) (up)': { '{job="a"}': 2, '{job="b"}': 1 },
      'avg by (nosuch) (up)': { '{}': 2 / 3 },
      'min(up)': { '{}': 0 },
      'quantile(0.25, up)': { '{}': 0.5 },
      'group by (job) (up)': { '{job="a"}': 1, '{job="b"}': 1 },
      'topk by (job) (1, up)': {
        'up{instance="1",job="a"}': 1,
        'up{instance="3",job="b"}': 1,
      },
      'bottomk(1, up)': { 'up{instance="2",job="a"}': 0 },
      'topk(0, up)': {},
      'topk(NaN, up)': {},
      'sum(nosuch)': {},
    }
    for (const [expression, value] of Object.entries(cases))
      assert.deepEqual(await instant(expression, UP, 20), value, expression)
  })

  test('adds small to large without losing the small', async () => {
    const rows = [1e100, 1, -1e100].map((value, i) => [`a{i="${i}"}`, [[0, value]]] as const)
    assert.deepEqual(await instant('sum(a)', rows, 0), { '{}': 1 })
    const huge = [1e308, 1e308].map((value, i) => [`a{i="${i}"}`, [[0, value]]] as const)
    assert.deepEqual(await instant('avg(a)', huge, 0), { '{}': 1e308 })
  })

  test('lets a number go before what is none', async () => {
    const rows = [Number.NaN, 1, 2].map((value, i) => [`a{i="${i}"}`, [[0, value]]] as const)
    assert.deepEqual(await instant('max(a)', rows, 0), { '{}': 2 })
    assert.deepEqual(await instant('min(a)', rows, 0), { '{}': 1 })
    assert.deepEqual(await instant('topk(1, a)', rows, 0), { 'a{i="2"}': 2 })
    assert.deepEqual(await instant('bottomk(1, a)', rows, 0), { 'a{i="1"}': 1 })
    assert.deepEqual(await instant('quantile(0, a)', rows, 0), { '{}': Number.NaN })
    // 2.42 says 0.
    assert.deepEqual(await instant('stddev(a{i="0"})', rows, 0), { '{}': Number.NaN })
  })
})

describe('a binary expression', () => {
  const rows = [
    ['req{app="a",code="200"}', [[0, 8]]],
    ['req{app="a",code="500"}', [[0, 2]]],
    ['req{app="b",code="200"}', [[0, 5]]],
    ['size{app="a",zone="x"}', [[0, 10]]],
    ['size{app="b",zone="y"}', [[0, 20]]],
    ['other{app="b",zone="y"}', [[0, 1]]],
  ] as const

  test('pairs samples', async () => {
    const cases: Readonly<Record<string, object>> = {
      'req * 2': {
        '{app="a",code="200"}': 16,
        '{app="a",code="500"}': 4,
        '{app="b",code="200"}': 10,
      },
      'req > 4': { 'req{app="a",code="200"}': 8, 'req{app="b",code="200"}': 5 },
      '4 < req': { 'req{app="a",code="200"}': 8, 'req{app="b",code="200"}': 5 },
      'req == bool 2': {
        '{app="a",code="200"}': 0,
        '{app="a",code="500"}': 1,
        '{app="b",code="200"}': 0,
      },
      'req{code="500"} / ignoring(code) req{code="200"}': { '{app="a"}': 0.25 },
      'req{code="200"} / on(app) size': { '{app="a"}': 0.8, '{app="b"}': 0.25 },
      'req / on(app) group_left(zone) size': {
        '{app="a",code="200",zone="x"}': 0.8,
        '{app="a",code="500",zone="x"}': 0.2,
        '{app="b",code="200",zone="y"}': 0.25,
      },
      'size - on(app) group_right req{code="500"}': { '{app="a",code="500"}': 8 },
      'req and on(app) size{zone="x"}': {
        'req{app="a",code="200"}': 8,
        'req{app="a",code="500"}': 2,
      },
      'req unless on(app) size{zone="x"}': { 'req{app="b",code="200"}': 5 },
      'req{code="500"} or size{zone="y"}': {
        'req{app="a",code="500"}': 2,
        'size{app="b",zone="y"}': 20,
      },
      '-req{code="500"}': { '{app="a",code="500"}': -2 },
      'req{code="500"} + nosuch': {},
    }
    for (const [expression, value] of Object.entries(cases))
      assert.deepEqual(await instant(expression, rows, 0), value, expression)
  })

  test('refuses to choose', async () => {
    const cases: Readonly<Record<string, RegExp>> = {
      'size + on(app) req': /found duplicate series for the match group {app="a"} on the right/,
      'req + on(app) size': /many-to-one matching must be explicit/,
      'req + on(app) group_right size': /duplicate series for the match group .* on the left/,
      'req + on(app) group_left(code) size': /grouping labels must ensure unique matches/,
      'abs({zone="y"})': /same labelset/,
      'label_replace(req, "code", "x", "code", ".*")': /same labelset/,
    }
    for (const [expression, words] of Object.entries(cases))
      await assert.rejects(instant(expression, rows, 0), words, expression)
  })
})

describe('a function', () => {
  test('works on single values', async () => {
    const cases: Readonly<Record<string, number>> = {
      'abs(vector(-1))': 1,
      'ceil(vector(1.2))': 2,
      'floor(vector(1.8))': 1,
      'round(vector(2.5))': 3,
      'round(vector(-2.5))': -2,
      'round(vector(17), 5)': 15,
      'sqrt(vector(9))': 3,
      'ln(exp(vector(2)))': 2,
      'log2(vector(8))': 3,
      'log10(vector(1000))': 3,
      'sgn(vector(-5))': -1,
      'clamp(vector(7), 1, 5)': 5,
      'clamp_min(vector(7), 9)': 9,
      'clamp_max(vector(7), 5)': 5,
      'vector(time())': 30,
      'vector(scalar(vector(4)) + 1)': 5,
      'timestamp(vector(1))': 30,
    }
    for (const [expression, value] of Object.entries(cases))
      assert.deepEqual(await instant(expression, [], 30), { '{}': value }, expression)
    assert.deepEqual(await instant('clamp(vector(1), 5, 1)'), {})
    assert.equal(await instant('scalar(nosuch)'), Number.NaN)
    assert.deepEqual(await instant('timestamp(up{instance="1"})', UP, 25), {
      '{instance="1",job="a"}': 20,
    })
  })

  test('tells what is not there', async () => {
    assert.deepEqual(await instant('absent(up)', UP, 0), {})
    assert.deepEqual(await instant('absent(x{a="1",b=~"2",c="3",c="4"})'), { '{a="1"}': 1 })
    assert.deepEqual(await instant('absent_over_time(x{a="1"}[5m])'), { '{a="1"}': 1 })
    assert.deepEqual(await instant('absent(sum(x{a="1"}))'), { '{}': 1 })
  })

  test('makes labels', async () => {
    const rows = [['a{src="host:80",b="x"}', [[0, 1]]]] as const
    const cases: Readonly<Record<string, string>> = {
      'label_replace(a, "host", "$1", "src", "(.*):.*")': 'a{b="x",host="host",src="host:80"}',
      'label_replace(a, "host", "${1}_", "src", "(.*):.*")': 'a{b="x",host="host_",src="host:80"}',
      'label_replace(a, "host", "$1", "src", "ost(.*)")': 'a{b="x",src="host:80"}',
      'label_replace(a, "b", "", "src", ".*")': 'a{src="host:80"}',
      'label_join(a, "c", "-", "b", "src")': 'a{b="x",c="x-host:80",src="host:80"}',
    }
    for (const [expression, series] of Object.entries(cases))
      assert.deepEqual(await instant(expression, rows), { [series]: 1 }, expression)
  })

  test('sorts, what is no number last', async () => {
    const rows = [3, Number.NaN, 1, 2].map((v, i) => [`a{i="${i}"}`, [[0, v]]] as const)
    const values = async (text: string) => Object.values((await instant(text, rows)) as object)
    assert.deepEqual(await values('sort(a)'), [1, 2, 3, Number.NaN])
    assert.deepEqual(await values('sort_desc(a)'), [3, 2, 1, Number.NaN])
  })

  test('finds quantiles in buckets', async () => {
    const buckets = (values: Readonly<Record<string, number>>) =>
      Object.entries(values).map(([le, v]) => [`b{le="${le}"}`, [[0, v]]] as const)
    const usual = { '0.1': 5, '0.2': 10, '1': 10, '+Inf': 10 }
    const cases: readonly (readonly [string, Record<string, number>, number])[] = [
      ['0.5', usual, 0.1],
      ['0.75', usual, 0.15000000000000002],
      ['1', usual, 0.2],
      ['0', usual, 0],
      ['-1', usual, Number.NEGATIVE_INFINITY],
      ['2', usual, Number.POSITIVE_INFINITY],
      ['NaN', usual, Number.NaN],
      // The highest bucket has no end.
      ['0.9', { '1': 1, '+Inf': 10 }, 1],
      ['0.5', { '1': 1 }, Number.NaN],
      ['0.5', { '1': 0, '+Inf': 0 }, Number.NaN],
      ['0.5', { '-1': 10, '+Inf': 10 }, -1],
      // Scraped at different times: the second is held level with the first.
      ['0.9', { '1': 10, '2': 9, '+Inf': 10 }, 0.9],
      ['0.5', { '1': 5, '1.0': 5, '2': 20, '+Inf': 20 }, 1],
    ]
    for (const [rank, values, expected] of cases)
      assert.deepEqual(
        await instant(`histogram_quantile(${rank}, b)`, buckets(values)),
        { '{}': expected },
        `${rank} of ${JSON.stringify(values)}`,
      )
  })
})

describe('evaluateRange', () => {
  const rows = [['a', every(10, [1, 2, 3])]] as const

  test('gives a number at each step', async () => {
    assert.deepEqual(await range('time() * 2', [], [0, 20, 10]), { '{}': '0=0 10=20 20=40' })
  })

  test('keeps its bounds', async () => {
    await range('a', rows, [0, 11_000, 1])
    await assert.rejects(range('a', rows, [0, 11_001, 1]), {
      code: 'PROMQL_INVALID',
      message: /exceeded maximum resolution of 11,000 points/,
    })
    await range('a', rows, [0, 20, 10], { maxSamples: 6 })
    const tooMany = { code: 'PROMQL_EXECUTION', message: /too many samples/ }
    await assert.rejects(range('a', rows, [0, 20, 10], { maxSamples: 5 }), tooMany)
    await range('quantile_over_time(1, a[1m])', rows, [0, 20, 10], { maxStepSamples: 3 })
    const one = { maxStepSamples: 2 }
    await assert.rejects(range('quantile_over_time(1, a[1m])', rows, [0, 20, 10], one), tooMany)
    await assert.rejects(range('a[5m]', rows, [0, 20, 10]), { code: 'PROMQL_INVALID' })
  })

  test('stops between steps when its time is over or nobody waits', async () => {
    const query = await parsed('a')
    const steps = { startMs: 0, endMs: 10_000_000, stepMs: 1_000 }
    let ms = 0
    const clock = { ...deps(rows).clock, elapsedMs: () => ++ms }
    const limits = { ...deps(rows).limits, timeoutMs: 100 }
    await assert.rejects(evaluateRange(query, steps, { ...deps(rows), clock, limits }), {
      code: 'PROMQL_TIMEOUT',
    })
    const isGone = () => true
    await assert.rejects(evaluateRange(query, steps, { ...deps(rows), clock, isGone }), {
      code: 'PROMQL_CANCELED',
    })
  })
})
