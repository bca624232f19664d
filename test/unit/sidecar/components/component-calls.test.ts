import assert from 'node:assert/strict'
import { createPromRegistry } from '../../../../src/adapters/prom-client/index.ts'
import { createSystemClock } from '../../../../src/base/clock.ts'
import { codeOf, Fault } from '../../../../src/base/fault.ts'
import { parseResources } from '../../../../src/resources/index.ts'
import { createComponentCalls } from '../../../../src/sidecar/components/component-calls.ts'
import { createGuard } from '../../../../src/sidecar/resiliency/guard.ts'
import { sidecarCatalogue } from '../../../../src/telemetry/index.ts'
import { component } from '../../../support/block-sidecar.ts'

async function run(faults: readonly (string | undefined)[], timeoutMs?: number) {
  const clock = createSystemClock()
  const { resources } = await parseResources([
    { file: 'c.yaml', text: component('store', 'state.in-memory') },
    {
      file: 'r.yaml',
      text: '{ kind: Resiliency, metadata: { name: r }, spec: { policies: { retries: { a: { duration: 1ms, maxRetries: 5 } } } } }',
    },
  ])
  const retry = resources.resiliencies[0]?.resource.retries.a
  const guard = createGuard(
    { timeoutMs, retry, breaker: undefined },
    { timedOut() {}, retried() {}, breakerIs() {} },
    { clock, random: () => 0 },
  )
  const calls = createComponentCalls({
    componentTracer: { child: () => undefined } as never,
    policies: { forComponent: () => guard },
    registry: createPromRegistry(sidecarCatalogue, { clock, processMetrics: false }),
    clock,
    appId: 'shop',
    namespace: 'default',
  })
  let attempts = 0
  const target = resources.components[0]?.resource ?? assert.fail()
  const outcome = await calls
    .run(undefined, target, 'set', async () => {
      const fault = faults[attempts++]
      if (fault === 'hang') return new Promise<string>(() => undefined)
      if (fault !== undefined) throw new Fault(fault, fault)
      return 'done'
    })
    .catch(codeOf)
  return `${outcome} after ${attempts}`
}

describe('calls of a component behind a policy', () => {
  for (const [what, faults, expected, timeoutMs] of [
    ['a store that is away', ['STATE_UNAVAILABLE', undefined], 'done after 2'],
    ['a write of unknown outcome', ['STATE_OUTCOME_UNKNOWN', undefined], 'done after 2'],
    ['an ETag that is stale', ['STATE_ETAG_MISMATCH'], 'STATE_ETAG_MISMATCH after 1'],
    [
      'a mismatch that our own write may have made',
      ['STATE_OUTCOME_UNKNOWN', 'STATE_ETAG_MISMATCH'],
      'STATE_OUTCOME_UNKNOWN after 2',
    ],
    [
      'a mismatch after a write that took too long',
      ['hang', 'STATE_ETAG_MISMATCH'],
      'STATE_OUTCOME_UNKNOWN after 2',
      5,
    ],
    [
      'a mismatch after nothing was written',
      ['STATE_UNAVAILABLE', 'STATE_ETAG_MISMATCH'],
      'STATE_ETAG_MISMATCH after 2',
    ],
  ] as const)
    test(`${what}: ${expected}`, async () => {
      assert.equal(await run(faults, timeoutMs), expected)
    })
})
