import { mkdir, writeFile } from 'node:fs/promises'
import { eventually } from './eventually.ts'
import { startSpanReceiver } from './span-receiver.ts'
import { startTestApp } from './test-app.ts'
import { appBehaviours } from './test-app-behaviours.ts'
import { send, startSidecars, type TestSidecar, tracing } from './test-sidecars.ts'

/** One that serves, and one that cannot. */
const STORES = `
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: store }
spec: { type: state.in-memory }
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: broken }
spec: { type: state.none, ignoreErrors: true }
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: events }
spec: { type: pubsub.in-memory }
`

/** A sidecar that has done everything there is to measure. */
export async function exercised(run: (b: TestSidecar, page: string) => unknown): Promise<void> {
  await using app = await startTestApp({
    handler(request, response, seen, own) {
      if (seen.target !== '/dapr/subscribe') return appBehaviours(request, response, seen, own)
      response.end('[{"pubsubname":"events","topic":"orders","route":"/orders"}]')
    },
  })
  await using receiver = await startSpanReceiver()
  await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
  const a = await sidecars.start('app-a', { appPort: app.port })
  const resources = `${sidecars.home}/components`
  await mkdir(resources)
  await writeFile(`${resources}/store.yaml`, STORES)
  const b = await sidecars.start('app-b', {
    appPort: app.port,
    flags: [
      '--enable-app-health-check',
      '--app-health-check-path=/status',
      `--resources-path=${resources}`,
    ],
  })
  await app.waitFor((requests) => requests.some(({ target }) => target === '/status'))
  await send(a.port, 'POST', '/v1.0/invoke/app-b/method/orders/7', [], 'abc')
  await send(b.port, 'GET', '/v1.0/invoke/app-a/method/orders/8')
  await send(b.port, 'GET', '/v1.0/nonsense')
  await send(b.port, 'GET', '/v1.0/state/store/a')
  await eventually(() => b.log.some((line) => line.includes('is subscribed')))
  await send(b.port, 'POST', '/v1.0/publish/events/orders', [], 'abc')
  await eventually(async () => /ingress_count\{/.test(await b.metrics()))
  await receiver.waitFor(({ spans }) => spans.length >= 5)
  await run(b, await b.metrics())
}
