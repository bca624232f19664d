import assert from 'node:assert/strict'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import { codeOf, Fault } from '../../../../src/base/fault.ts'
import type { RetryPolicy } from '../../../../src/resources/index.ts'
import { createBreaker } from '../../../../src/sidecar/resiliency/breaker.ts'
import {
  createGuard,
  type GuardedCall,
  type GuardPolicies,
} from '../../../../src/sidecar/resiliency/guard.ts'
import type { Span } from '../../../../src/telemetry/index.ts'

const RETRY: RetryPolicy = {
  policy: 'constant',
  durationMs: 10,
  maxIntervalMs: 60_000,
  maxRetries: 2,
  httpStatusCodes: undefined,
  grpcStatusCodes: undefined,
}

/** Numbers are answers, statuses of them; a text is a fault's code; `hang` never ends. */
type Behaviour = number | string

function open(policies: Partial<GuardPolicies>, behaviours: readonly Behaviour[]) {
  const clock = createFakeClock()
  const seen: string[] = []
  const span = {
    event: (name: string, attributes?: object) =>
      seen.push(attributes === undefined ? name : `${name} ${JSON.stringify(attributes)}`),
  } as unknown as Span
  const guard = createGuard(
    { timeoutMs: undefined, retry: undefined, breaker: undefined, ...policies },
    {
      timedOut: () => seen.push('timed out'),
      retried: () => seen.push('retried'),
      breakerIs: (state) => seen.push(`is ${state}`),
    },
    { clock, random: () => 0.5 },
  )
  let abort: () => void = () => assert.fail('nothing to give up')
  let attempts = 0
  const call: GuardedCall<number> = {
    span,
    attempt(onAbort) {
      const behaviour = behaviours[attempts++] ?? 200
      if (behaviour === 'hang')
        return new Promise((_, reject) =>
          onAbort(() => {
            seen.push('given up')
            reject(new Fault('UPSTREAM_ABORTED', 'given up'))
          }),
        )
      return typeof behaviour === 'number'
        ? Promise.resolve(behaviour)
        : Promise.reject(new Fault(behaviour, behaviour))
    },
    onAbort: (give) => {
      abort = give
    },
    failureOf(outcome) {
      if (!outcome.ok) return { reason: String(codeOf(outcome.error)) }
      return outcome.value < 400
        ? undefined
        : { reason: `${outcome.value}`, httpStatus: outcome.value }
    },
    discard: (status) => seen.push(`discard ${status}`),
  }
  const run = async (): Promise<Behaviour> => {
    let result: Behaviour | undefined
    guard.run(call).then(
      (value) => {
        result = value
      },
      (error) => {
        result = codeOf(error) ?? 'bug'
      },
    )
    for (let i = 0; result === undefined && i < 200; i++) {
      await new Promise(setImmediate)
      if (result === undefined) clock.advance(1)
    }
    return result ?? 'pending'
  }
  return { guard, run, seen, clock, abort: () => abort(), attempts: () => attempts }
}

const retried = (attempt: number, reason: string) =>
  `retry {"attempt":${attempt},"delay_ms":10,"reason":"${reason}"}`

describe('a guard [dapr: pkg/resiliency/policy.go]', () => {
  test('makes a failed call again, and counts that once', async () => {
    const { run, seen } = open({ retry: RETRY }, [503, 'UPSTREAM_BROKEN', 200])
    assert.equal(await run(), 200)
    assert.deepEqual(seen, [
      'discard 503',
      retried(1, '503'),
      'retried',
      retried(2, 'UPSTREAM_BROKEN'),
    ])
  })

  test('hands the last answer on when nothing helps, whatever it is', async () => {
    assert.equal(await open({ retry: RETRY }, ['X', 500, 418]).run(), 418)
    assert.equal(await open({ retry: RETRY }, [500, 500, 'X']).run(), 'X')
    assert.equal(await open({ retry: { ...RETRY, maxRetries: 0 } }, [500]).run(), 500)
    assert.equal(await open({}, [500]).run(), 500)
  })

  test('retries the answers that the policy names, and every other failure', async () => {
    const retry = { ...RETRY, httpStatusCodes: [{ from: 500, to: 503 }] }
    assert.equal(await open({ retry }, [500, 503, 200]).run(), 200)
    assert.equal(await open({ retry }, [504, 200]).run(), 504)
    assert.equal(await open({ retry }, [404, 200]).run(), 404)
    assert.equal(await open({ retry }, ['UPSTREAM_REFUSED', 200]).run(), 200)
  })

  test('ends each attempt by itself, and gives it up', async () => {
    const { run, seen } = open({ timeoutMs: 5, retry: RETRY }, ['hang', 'hang', 200])
    assert.equal(await run(), 200)
    assert.deepEqual(seen, [
      'timeout {"after_ms":5}',
      'timed out',
      'given up',
      retried(1, 'RESILIENCY_TIMEOUT'),
      'retried',
      'timeout {"after_ms":5}',
      'given up',
      retried(2, 'RESILIENCY_TIMEOUT'),
    ])
    assert.equal(await open({ timeoutMs: 5 }, ['hang']).run(), 'RESILIENCY_TIMEOUT')
  })

  test('discards an answer that comes after its time', async () => {
    const seen: number[] = []
    const clock = createFakeClock()
    const none = { timedOut() {}, retried() {}, breakerIs() {} }
    const policies = { timeoutMs: 5, retry: undefined, breaker: undefined }
    let answer: (status: number) => void = () => undefined
    const result = createGuard(policies, none, { clock, random: () => 0 }).run({
      span: undefined,
      attempt: () =>
        new Promise<number>((resolve) => {
          answer = resolve
        }),
      discard: (status) => seen.push(status),
    })
    clock.advance(5)
    await assert.rejects(result, {
      code: 'RESILIENCY_TIMEOUT',
      message: 'context deadline exceeded',
    })
    answer(200)
    await new Promise(setImmediate)
    assert.deepEqual(seen, [200])
    assert.equal(clock.pending, 0)
  })

  test('a breaker sees each attempt, and its refusal ends the retries', async () => {
    const clock = createFakeClock()
    const trip = ({ consecutiveFailures }: { consecutiveFailures: number }) =>
      consecutiveFailures >= 2
    const policy = { maxRequests: 1, intervalMs: 0, timeoutMs: 50, trip: undefined }
    const breaker = createBreaker(policy, trip, clock)
    const first = open({ breaker, retry: RETRY }, [500, 500, 200])
    assert.equal(await first.run(), 'BREAKER_OPEN')
    assert.equal(first.attempts(), 2)
    assert.ok(first.seen.includes('breaker_open') && first.seen.includes('is open'))
    const refused = open({ breaker, retry: RETRY }, [])
    assert.equal(await refused.run(), 'BREAKER_OPEN')
    assert.deepEqual([refused.attempts(), refused.seen], [0, []])
    clock.advance(50)
    const probe = open({ breaker }, [200])
    assert.equal(await probe.run(), 200)
    assert.deepEqual(probe.seen, [
      'breaker_half_open',
      'is half-open',
      'breaker_closed',
      'is closed',
    ])
  })

  test('stops at once when the caller leaves, in an attempt and between two', async () => {
    const amid = open({ retry: RETRY }, ['hang'])
    const amidResult = amid.run()
    amid.abort()
    assert.equal(await amidResult, 'UPSTREAM_ABORTED')
    assert.deepEqual(amid.seen, ['given up'])
    const between = open({ retry: { ...RETRY, durationMs: 1_000 } }, [500])
    const betweenResult = between.run()
    await new Promise(setImmediate)
    between.abort()
    assert.equal(await betweenResult, 'UPSTREAM_ABORTED')
    assert.deepEqual([between.attempts(), between.clock.pending], [1, 0])
  })
})
