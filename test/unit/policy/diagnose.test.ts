import assert from 'node:assert/strict'
import { diagnose } from '../../../src/policy/index.ts'
import type { EndpointFacts, Finding } from '../../../src/wire/diagnosis.ts'
import type { RuleReport } from '../../../src/wire/sidecar-report.ts'
import { answered, NOW_US, SECOND_US, sampleReport } from '../../support/sample-report.ts'

const ENDPOINT = 'http://zipkin:9411/api/v2/spans'

function findingsOf(
  changes: Parameters<typeof sampleReport>[0],
  endpoints: readonly EndpointFacts[] = [],
): readonly Finding[] {
  const { sidecars } = diagnose([answered(sampleReport(changes))], { endpoints, nowUs: NOW_US })
  return sidecars[0]?.findings ?? []
}
const summary = (findings: readonly Finding[]) =>
  findings.map(({ code, severity }) => `${severity} ${code}`)
const rule = (rate: number, more: Partial<RuleReport> = {}): RuleReport => ({
  name: 'noisy',
  match: { path: '/noisy*' },
  rate,
  perSecond: undefined,
  untilUs: undefined,
  ...more,
})
const BLOCK = { parent: 'follow' as const }
const NOTHING_YET = { started: 20, sampled: 0, kept: 0 }
const IDLE = { up: undefined, lastSuccessUs: undefined, exported: 0 }

describe('diagnose', () => {
  test('says of a healthy sidecar where its traces go, and nothing else', () => {
    const diagnosis = diagnose([answered(sampleReport())], { nowUs: NOW_US })
    assert.equal(diagnosis.healthy, true)
    assert.deepEqual(diagnosis.findings, [])
    assert.deepEqual(diagnosis.sidecars[0]?.findings, [
      {
        code: 'TRACES_GO',
        severity: 'info',
        title: `traces go to zipkin ${ENDPOINT}: 10 spans sent, the last 2 s ago`,
        detail: '',
        cure: '',
      },
    ])
  })

  test('knows whom it was asked about, and the nearest name', () => {
    const nobody = diagnose([], { nowUs: NOW_US })
    assert.deepEqual(summary(nobody.findings), ['error NO_SIDECAR'])
    assert.equal(nobody.healthy, false)
    const one = [answered(sampleReport())]
    assert.equal(diagnose(one, { appId: 'orders', nowUs: NOW_US }).healthy, true)
    const [typo] = diagnose(one, { appId: 'ordesr', nowUs: NOW_US }).findings
    assert.deepEqual(
      [typo?.code, typo?.detail, typo?.cure],
      ['NO_SUCH_APP', 'registered: orders', 'did you mean orders?'],
    )
  })

  test('puts the gravest first, and is unhealthy by errors alone', () => {
    const findings = findingsOf({
      exporter: { up: false, lastError: 'x', dropped: { queue_full: 3 } },
      sampling: { ...BLOCK, overrides: [rule(1, { untilUs: NOW_US + SECOND_US })] },
    })
    assert.deepEqual(summary(findings), [
      'error EXPORTER_DOWN',
      'warning SPANS_DROPPED',
      'info OVERRIDE_IN_FORCE',
    ])
    const { healthy } = diagnose(
      [answered(sampleReport({ exporter: { dropped: { queue_full: 3 } } }))],
      { nowUs: NOW_US },
    )
    assert.equal(healthy, true)
  })

  test('says nothing of rules, rate and traffic where nothing is configured', () => {
    const off = { enabled: false, configured: false, rate: 0.0001 }
    const none = { exporter: null, spans: { started: 0, sampled: 0 }, sampling: off }
    assert.deepEqual(summary(findingsOf({ ...none, configuration: { files: [] } })), [
      'error NO_CONFIGURATION',
    ])
    assert.deepEqual(summary(findingsOf(none)), ['error NO_TRACING_SECTION'])
    const zero = { ...none, sampling: { enabled: false, rate: 0 } }
    const [found] = findingsOf(zero)
    assert.deepEqual([found?.code, found?.source?.line], ['TRACING_OFF', 7])
  })

  test('shows five problems of a rejected change and counts the rest', () => {
    const problem = { path: 'a', code: 'X', message: 'bad', file: 'config.yaml', line: 5 }
    const problems = [...Array(7)].map(() => problem)
    const [found] = findingsOf({ configuration: { lastReload: 'rejected', problems } })
    assert.equal(found?.code, 'CHANGE_REJECTED')
    assert.equal(found?.detail.split('\n').length, 6)
    assert.match(found?.detail ?? '', /and 2 more$/)
    assert.deepEqual(found?.source, { file: 'config.yaml', line: 5 })
    const warning = { ...problem, severity: 'warning' as const }
    assert.deepEqual(summary(findingsOf({ configuration: { problems: [warning] } })), [
      'warning CONFIGURATION_WARNINGS',
      'info TRACES_GO',
    ])
  })

  test('explains a low rate as long as it has kept nothing', () => {
    const decisions = { rate: { sampled: 0, unsampled: 20 } }
    const low = { sampling: { rate: 0.0001 }, decisions, exporter: IDLE }
    const [found] = findingsOf({ ...low, spans: NOTHING_YET })
    assert.equal(found?.code, 'RATE_LOW')
    assert.match(found?.title ?? '', /few new traces \(1 of 10 000\), and none of the 20 requests/)
    assert.deepEqual(found?.source, { file: 'config.yaml', line: 7 })
    const [byDefault] = findingsOf({ ...low, spans: NOTHING_YET, configuration: { sources: {} } })
    assert.match(byDefault?.detail ?? '', /not set: this is Dapr’s default/)
    assert.deepEqual(summary(findingsOf({ ...low, spans: { ...NOTHING_YET, kept: 1 } })), [
      'info TRACES_GO',
    ])
  })

  test('tells rate 0 with a block from a rule that can start a trace', () => {
    const decisions = { rate: { sampled: 0, unsampled: 3 } }
    const zero = { decisions, spans: NOTHING_YET, exporter: IDLE }
    const [follows] = findingsOf({ ...zero, sampling: { ...BLOCK, rate: 0 } })
    assert.deepEqual([follows?.code, follows?.severity], ['FOLLOWS_CALLERS_ONLY', 'warning'])
    const ignoring = { parent: 'ignore' as const, rate: 0 }
    assert.match(findingsOf({ ...zero, sampling: ignoring })[0]?.title ?? '', /callers are ignored/)
    for (const more of [{ rules: [rule(0.5)] }, { floorPerMinute: 1 }])
      assert.deepEqual(summary(findingsOf({ ...zero, sampling: { ...BLOCK, rate: 0, ...more } })), [
        'info TRACES_GO',
      ])
  })

  test('names the rule that leaves requests out, its place and what it decides about', () => {
    const operation = { api: 'invoke', target: 'orders', path: '/noisy/{id}' }
    const changes = {
      sampling: {
        ...BLOCK,
        rules: [rule(0)],
        operations: [{ operation, rule: 'noisy', rate: 0, sampled: 0, unsampled: 4 }],
      },
      decisions: { noisy: { sampled: 0, unsampled: 4 } },
      exporter: IDLE,
    }
    const [found] = findingsOf({ ...changes, spans: NOTHING_YET })
    assert.deepEqual(
      [found?.severity, found?.title, found?.source?.line],
      ['warning', 'rule noisy (keeps none) has left out 4 requests', 12],
    )
    assert.match(found?.detail ?? '', /target orders, path \/noisy\/\{id\}$/)
    assert.ok(summary(findingsOf(changes)).includes('info RULE_LEAVES_OUT'))
  })

  test('forgets an override that has ended', () => {
    const until = (untilUs: number) =>
      findingsOf({ sampling: { ...BLOCK, overrides: [rule(1, { name: 'debug', untilUs })] } })
    assert.match(
      until(NOW_US + 600 * SECOND_US)[0]?.title ?? '',
      /^override debug keeps all \(path \/noisy\*\) until 00:10:00Z \(10 min left\)$/,
    )
    assert.match(until(NOW_US + 1e12)[0]?.title ?? '', /until 2026-01-12T13:46:40Z/)
    assert.deepEqual(summary(until(NOW_US)), ['info TRACES_GO'])
  })

  test('takes a caller’s flag for the reason where callers are followed', () => {
    const changes = {
      context: { foreign: 4, foreignUnsampled: 3 },
      spans: NOTHING_YET,
      exporter: IDLE,
      decisions: { parent: { sampled: 0, unsampled: 20 } },
    }
    const [found] = findingsOf(changes)
    assert.deepEqual([found?.code, found?.severity], ['CALLERS_FLAG_UNSET', 'error'])
    assert.match(found?.cure ?? '', /parent: raise/)
    assert.deepEqual(summary(findingsOf({ ...changes, sampling: { parent: 'raise' } })), [
      'info TRACES_GO',
    ])
    assert.deepEqual(summary(findingsOf({ ...changes, context: {} })), [
      'info DECIDED_BY_CALLER',
      'info TRACES_GO',
    ])
  })

  test('tells an app that drops contexts from work in the background', () => {
    const lastLost = { atUs: NOW_US - 3 * SECOND_US, call: 'GET /v1.0/invoke/b/method/x' }
    const [torn] = findingsOf({ context: { lost: 2, carried: 0, lastLost } })
    assert.deepEqual([torn?.code, torn?.severity], ['CONTEXT_LOST', 'error'])
    assert.match(
      torn?.detail ?? '',
      /^last: GET \/v1\.0\/invoke\/b\/method\/x, 3 s ago; no call has/,
    )
    assert.match(
      torn?.cure ?? '',
      /node --import sidelight\/carry.*copy the headers traceparent and tracestate/,
    )
    const [background] = findingsOf({ context: { lost: 2, carried: 98 } })
    assert.equal(background?.severity, 'warning')
  })

  test('gives the exporter’s exact error, since when, and its cure', () => {
    const down = (lastError: string, more = {}) =>
      findingsOf({
        exporter: { up: false, lastError, lastErrorUs: NOW_US - SECOND_US, ...more },
      })[0]
    const refused = down(`no answer from ${ENDPOINT}: connect ECONNREFUSED 1.2.3.4:9411`)
    assert.equal(
      refused?.title,
      `zipkin ${ENDPOINT} takes no spans: connect ECONNREFUSED 1.2.3.4:9411`,
    )
    assert.match(refused?.detail ?? '', /none since 23:59:58Z, 2 s ago; last tried 23:59:59Z/)
    assert.match(refused?.cure ?? '', /^nobody listens there.*\(config\.yaml:9\)$/)
    const never = down('the receiver answered 404', { lastSuccessUs: undefined })
    assert.match(never?.detail ?? '', /never taken a span/)
    assert.match(never?.cure ?? '', /correct the path/)
    assert.match(down('the receiver answered 401')?.cure ?? '', /header/)
    assert.match(down('something else')?.cure ?? '', /start the receiver/)
  })

  test('believes the exporter more than a look from elsewhere', () => {
    const away: EndpointFacts = { endpoint: ENDPOINT, state: 'unreachable', error: 'ENOTFOUND' }
    assert.deepEqual(summary(findingsOf({}, [away])), ['info TRACES_GO'])
    const idle = { exporter: IDLE, spans: { started: 0, sampled: 0 } }
    assert.deepEqual(summary(findingsOf(idle, [away])), [
      'error ENDPOINT_UNREACHABLE',
      'info NO_TRAFFIC',
    ])
    const refusing: EndpointFacts = { endpoint: ENDPOINT, state: 'answered', status: 404 }
    assert.ok(summary(findingsOf(idle, [refusing])).includes('error ENDPOINT_REFUSES'))
    const there: EndpointFacts = { endpoint: ENDPOINT, state: 'answered', status: 202 }
    const [, goes] = findingsOf(idle, [there])
    assert.match(goes?.title ?? '', /will go to .* nothing was sent yet; it answers 202$/)
    const full: EndpointFacts = { endpoint: ENDPOINT, state: 'self', error: 'disk is full' }
    assert.match(findingsOf({}, [full])[0]?.title ?? '', /takes no spans: disk is full/)
  })

  test('counts what was dropped, by reason', () => {
    const findings = findingsOf({
      exporter: { dropped: { queue_full: 1, refused: 2, removed: 0 }, lastError: 'said no' },
    })
    assert.deepEqual(
      findings.slice(0, 2).map(({ title, detail }) => [title.split(':')[0], detail]),
      [
        ['zipkin has dropped 1 span (queue_full)', ''],
        ['zipkin has dropped 2 spans (refused)', 'last error: said no'],
      ],
    )
  })

  test('calls a clock wrong only beyond what the way may explain', () => {
    const skewed = (skewUs: number, roundTripUs = 1_000) =>
      diagnose([answered(sampleReport(), { skewUs, roundTripUs })], { nowUs: NOW_US }).sidecars[0]
        ?.findings[0]
    assert.equal(skewed(SECOND_US)?.code, 'TRACES_GO')
    assert.equal(skewed(1.4 * SECOND_US, SECOND_US)?.code, 'TRACES_GO')
    const ahead = skewed(3.2 * SECOND_US)
    assert.deepEqual([ahead?.code, ahead?.severity], ['CLOCK_SKEW', 'warning'])
    assert.match(ahead?.title ?? '', /^its clock is 3\.2 s ahead of the clock here$/)
    const behind = skewed(-3_600 * SECOND_US)
    assert.match(behind?.title ?? '', /60 min behind/)
    assert.equal(behind?.severity, 'error')
  })

  test('says how to send a first request', () => {
    const [found] = findingsOf({ spans: { started: 0, sampled: 0 }, exporter: IDLE })
    assert.equal(found?.title, 'no request has come by since it started 5 min ago')
    assert.match(
      found?.cure ?? '',
      /curl http:\/\/127\.0\.0\.1:3500\/v1\.0\/invoke\/orders\/method\/PATH$/,
    )
  })
})
