import assert from 'node:assert/strict'
import { component, startBlockSidecar } from '../support/block-sidecar.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, type TestSidecar } from '../support/test-sidecars.ts'

const configuration = () =>
  JSON.stringify({
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Configuration',
    metadata: { name: 'test' },
    spec: { metric: { recordErrorCodes: true } },
  })
const countOf = async (sidecar: TestSidecar, code: string): Promise<string | undefined> =>
  new RegExp(`dapr_error_code_total\\{.*error_code="${code}",category="(.*\\} \\d+)`).exec(
    await sidecar.metrics(),
  )?.[1]

describe('dapr_error_code_total', () => {
  test('counts a wrong API token, whose answer has no code', async () => {
    await using opened = await startBlockSidecar(
      {},
      { configuration, env: { DAPR_API_TOKEN: 'planted' } },
    )
    const { port } = opened.sidecar
    const answer = await send(port, 'GET', '/v1.0/metadata')
    assert.deepEqual([answer.status, answer.body.toString()], [401, 'invalid api token\n'])
    await send(port, 'GET', '/v1.0/metadata', ['dapr-api-token: wrong'])
    await send(port, 'GET', '/v1.0/metadata', ['dapr-api-token: planted'])
    await send(port, 'GET', '/v1.0/healthz')
    assert.equal(await countOf(opened.sidecar, 'ERR_API_TOKEN'), 'common"} 2')
  })

  test('counts a bulk publish of which the broker takes a part, or nothing', async () => {
    const app = await startTestApp({
      handler(_request, response, { target }) {
        // A message stays with the app, so that the broker is full.
        if (target === '/dapr/subscribe')
          response.end('[{"pubsubname":"events","topic":"orders","route":"/new"}]')
      },
    })
    await using _app = app
    await using directory = await temporaryDirectory()
    await using opened = await startBlockSidecar(
      {
        'events.yaml': component('events', 'pubsub.sqlite', [
          { name: 'connectionString', value: directory.file('events.db') },
          { name: 'maxLen', value: '1' },
        ]),
      },
      { configuration, appPort: app.port },
    )
    const publish = async () => {
      const entries = ['a', 'b'].map((entryId) => ({ entryId, event: entryId }))
      const answer = await opened.call('POST', '/v1.0/publish/bulk/events/orders', entries)
      return [answer.status, JSON.parse(answer.text).failedEntries.length]
    }
    assert.deepEqual(await publish(), [500, 1])
    assert.deepEqual(await publish(), [500, 2])
    assert.equal(await countOf(opened.sidecar, 'ERR_PUBSUB_PUBLISH_MESSAGE'), 'pubsub"} 2')
  })
})
