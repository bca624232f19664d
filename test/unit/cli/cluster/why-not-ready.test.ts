import assert from 'node:assert/strict'
import { whyNotReady } from '../../../../src/cli/cluster/why-not-ready.ts'

const workload = (conditions: readonly object[] = []) => ({
  metadata: { name: 'grafana' },
  status: { conditions },
})
const pod = (status: object) => ({ metadata: { name: 'grafana-0' }, status })
const waits = (reason: string, message?: string) =>
  pod({ containerStatuses: [{ name: 'grafana', state: { waiting: { reason, message } } }] })

describe('whyNotReady', () => {
  for (const [what, pods, expected] of [
    [
      'an image that cannot be pulled',
      [waits('ImagePullBackOff', 'Back-off pulling image "grafana:1"')],
      'pod grafana-0: container grafana waits: ImagePullBackOff (Back-off pulling image "grafana:1"); see that the nodes can pull the image, or name another one (--image)',
    ],
    [
      'a program that ends',
      [waits('CrashLoopBackOff')],
      'pod grafana-0: container grafana waits: CrashLoopBackOff; read why it ends: kubectl logs --previous',
    ],
    [
      'a volume without a class',
      [
        pod({
          conditions: [
            {
              type: 'PodScheduled',
              status: 'False',
              message: '0/1 nodes: pod has unbound immediate PersistentVolumeClaims',
            },
          ],
        }),
      ],
      'pod grafana-0 has no node: 0/1 nodes: pod has unbound immediate PersistentVolumeClaims; the volumes need a default StorageClass, or leave the part out: --without',
    ],
    [
      'a pod that only needs time',
      [waits('PodInitializing')],
      'its pods are not ready yet; give it more time (--timeout), or see kubectl describe pod',
    ],
    ['no pod at all', [], 'it has no pods yet; see whether the controller manager runs'],
  ] as const)
    test(`names ${what}, and the cure`, () => {
      assert.equal(whyNotReady(workload(), pods), expected)
    })

  test('names what keeps the controller from making pods', () => {
    const failure = { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: none' }
    assert.match(whyNotReady(workload([failure]), []), /^exceeded quota: none; the namespace/)
    assert.match(whyNotReady(undefined, []), /not there any more/)
  })
})
