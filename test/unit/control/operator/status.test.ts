import assert from 'node:assert/strict'
import {
  type PodFact,
  type StatusFacts,
  statusOf,
} from '../../../../src/control/operator/status.ts'

const NOW = '2026-01-01T00:00:00Z'
const facts = (pods: readonly PodFact[], more: Partial<StatusFacts> = {}): StatusFacts => ({
  generation: 3,
  problems: [],
  pods,
  nowIso: NOW,
  ...more,
})
const pod = (name: string, state: PodFact['state'], message?: string): PodFact => ({
  name,
  state,
  ...(message !== undefined && { message }),
})
const conditionOf = (status: ReturnType<typeof statusOf>, type: string) =>
  status.conditions.find((each) => each.type === type)

describe('statusOf', () => {
  test('sums up who runs it', () => {
    const status = statusOf(facts([pod('a', 'applied'), pod('b', 'waiting')]), undefined)
    assert.equal(status.observedGeneration, 3)
    assert.equal(status.appliedSummary, '1/2')
    assert.deepEqual(status.sidecars, { total: 2, applied: 1, failed: { count: 0, names: [] } })
    assert.equal(conditionOf(status, 'Applied')?.status, 'Unknown')
  })

  test('is applied where nobody is concerned, and says that', () => {
    const applied = conditionOf(statusOf(facts([]), undefined), 'Applied')
    assert.deepEqual([applied?.status, applied?.reason], ['True', 'NobodyConcerned'])
  })

  test('names at most twenty of those that failed, in order, and counts all', () => {
    const pods = Array.from({ length: 25 }, (_, i) => pod(`p${String(99 - i)}`, 'silent'))
    const { failed } = statusOf(facts(pods), undefined).sidecars
    assert.equal(failed.count, 25)
    assert.equal(failed.names.length, 20)
    assert.equal(failed.names[0], 'p75')
  })

  test('has what the sidecar said of one that was rejected', () => {
    const status = statusOf(facts([pod('a', 'rejected', 'no such broker')]), undefined)
    assert.equal(conditionOf(status, 'Applied')?.message, 'a: no such broker')
  })

  test('has every problem with its path', () => {
    const problems = ['spec.a: wrong', 'spec.b: wrong']
    const accepted = conditionOf(statusOf(facts([], { problems }), undefined), 'Accepted')
    assert.deepEqual([accepted?.status, accepted?.message], ['False', problems.join('\n')])
  })

  test('keeps the time of a condition whose status stays, and only of that', () => {
    const before = statusOf(facts([pod('a', 'applied')]), undefined)
    const after = statusOf(facts([pod('a', 'silent')], { nowIso: '2026-01-02T00:00:00Z' }), before)
    assert.equal(conditionOf(after, 'Accepted')?.lastTransitionTime, NOW)
    assert.equal(conditionOf(after, 'Applied')?.lastTransitionTime, '2026-01-02T00:00:00Z')
  })
})
