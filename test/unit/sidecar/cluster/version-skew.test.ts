import assert from 'node:assert/strict'
import { createSystemClock } from '../../../../src/base/clock.ts'
import { silentLogger } from '../../../../src/base/logger.ts'
import { openClusterFeed } from '../../../../src/sidecar/cluster/cluster-feed.ts'
import { eventually } from '../../../support/eventually.ts'
import { sendLines, startStandInOperator } from '../../../support/stand-in-operator.ts'

const resource = (kind: string, apiVersion: string, spec: object) => ({
  apiVersion,
  kind,
  metadata: { name: kind.toLowerCase(), namespace: 'shop', generation: 1, later: true },
  spec,
})

/** Says what no operator of today says, beside what they all do. */
const laterSnapshot = {
  type: 'snapshot',
  version: 'v',
  configuration: resource('Configuration', 'dapr.io/v1alpha1', {
    tracing: { samplingRate: '0.5', tailSampling: { window: '10s' } },
    profiling: { enabled: true },
  }),
  resources: [
    resource('Component', 'dapr.io/v1alpha1', {
      type: 'state.in-memory',
      version: 'v1',
      metadata: [],
      placement: 'zone',
    }),
    resource('WorkflowAccessPolicy', 'dapr.io/v1alpha1', { rules: [] }),
    resource('Subscription', 'dapr.io/v3alpha1', { topics: ['orders'] }),
  ],
  secrets: {},
  trustAnchors: '',
  quotas: { spansPerSecond: 3 },
}

describe('a sidecar of an earlier version than its operator', () => {
  test('runs what it knows, passes over what it does not, and says which resource it cannot read', async () => {
    await using operator = await startStandInOperator([
      sendLines('{"type":"drain","inSeconds":30}\n', `${JSON.stringify(laterSnapshot)}\n`),
    ])
    await using feed = await openClusterFeed({
      address: operator.address,
      trustAnchors: operator.trustAnchors,
      readToken: async () => 'token',
      version: '0.1.0',
      namespace: 'shop',
      secretStore: false,
      env: {},
      onState: () => undefined,
      clock: createSystemClock(),
      random: () => 0,
      log: silentLogger,
    })
    feed.begin({ settled: async () => undefined, failedComponents: () => [] })
    const acknowledged = await eventually(() => {
      const line = operator.heard
        .join('')
        .split('\n')
        .find((each) => each.includes('"rejected"'))
      return line === undefined ? undefined : JSON.parse(line)
    })
    assert.equal(acknowledged.version, 'v')
    assert.deepEqual(
      acknowledged.rejected.map(({ kind }: { readonly kind: string }) => kind),
      ['Subscription'],
    )
    assert.match(acknowledged.rejected[0].message, /apiVersion: only .* are known/)
  })
})
