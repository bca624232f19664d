import assert from 'node:assert/strict'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'

/** A secret for each place where a caller may put one. */
const planted = {
  'API token': ['dapr-api-token: SECRET-1'],
  cookie: ['Cookie: session=SECRET-2'],
  credentials: ['Authorization: Bearer SECRET-3'],
  'Basic app id': [`Authorization: Basic ${Buffer.from('dapr-app-id:app-b').toString('base64')}`],
} as const

describe('secrets', () => {
  test('reach no span, metric, log line or error', async () => {
    await using app = await startTestApp({
      handler(request, response) {
        if (request.url === '/reset') response.destroy()
        else response.end()
      },
    })
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(
      tracing({ endpoint: receiver.url.replace('//', '//user:SECRET-4@'), extra: 'stdout: true' }),
    )
    const env = { DAPR_API_TOKEN: 'SECRET-1', APP_API_TOKEN: 'SECRET-5' }
    const options = { appPort: app.port, env, flags: ['--enable-api-logging'] }
    const a = await sidecars.start('app-a', options)
    const b = await sidecars.start('app-b', options)
    const token = planted['API token']
    const answers = await Promise.all([
      send(a.port, 'GET', '/v1.0/invoke/app-b/method/x?key=SECRET-6', [
        ...token,
        ...planted.cookie,
        ...planted.credentials,
      ]),
      send(a.port, 'GET', '/x?key=SECRET-6', [...token, ...planted['Basic app id']]),
      send(a.port, 'GET', '/v1.0/invoke/ghost/method/x?key=SECRET-6', token),
      send(a.port, 'GET', '/v1.0/metadata', ['dapr-api-token: SECRET-7']),
      send(a.port, 'GET', '/v1.0/metadata', token),
      send(a.port, 'POST', '/v1.0/invoke/app-b/method/reset', token, 'SECRET-8'),
      send(a.port, 'GET', '/v1.0/nonsense?SECRET-9', token),
    ])
    // A rejected edit is shown in log and metadata, with what was seen.
    await sidecars.configure(tracing({ endpoint: 'ftp://user:SECRET-4@x', rate: '50%' }))
    await a.reload()
    const shown = await send(a.port, 'GET', '/v1.0/metadata', token)
    const metrics = [await a.metrics(), await b.metrics()]
    await Promise.all([a.stop(), b.stop()])

    assert.ok(receiver.spans.length >= 7)
    const outputs = {
      spans: receiver.posts
        .map(({ body, headers }) => body + JSON.stringify({ ...headers, authorization: '' }))
        .join(),
      metrics: metrics.join(),
      logs: [...a.log, ...b.log].join('\n'),
      answers: [...answers, shown]
        .map(({ body, headers }) => body.toString() + headers.join())
        .join(),
    }
    for (const [place, text] of Object.entries(outputs))
      assert.equal(/.{0,80}SECRET-\d/.exec(text)?.[0], undefined, `a secret stands in ${place}`)
    assert.match(outputs.logs, /ENDPOINT_NOT_A_URL/)
    assert.equal(receiver.posts[0]?.headers.authorization, `Basic ${btoa('user:SECRET-4')}`)
    assert.match(outputs.logs, /HTTP API Called/)
  })
})
