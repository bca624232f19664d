import { type Labels, labelsOf, labelValue, METRIC_NAME } from '../../../src/wire/labels.ts'
import {
  EXPOSITION_ACCEPT,
  type Exposition,
  expositionFormat,
  parseExposition,
} from '../../../src/wire/parse-exposition.ts'
import { freePort } from '../../support/free-ports.ts'
import { spawnSidecar } from '../../support/spawn-sidecar.ts'
import { startTestApp } from '../../support/test-app.ts'

const OPERATIONS = 5

/** What one sidecar exposes that serves an app with five operations, keeps state and publishes. */
export async function onePage(): Promise<Exposition> {
  await using app = await startTestApp({
    handler(request, response) {
      request.resume()
      response.writeHead(request.url?.endsWith('/bad') ? 500 : 200).end('{}')
    },
  })
  const metricsPort = await freePort()
  await using sidecar = await spawnSidecar({
    appId: 'fleet',
    appPort: app.port,
    components: [
      { name: 'statestore', type: 'state.in-memory' },
      { name: 'pubsub', type: 'pubsub.in-memory' },
    ],
    flags: ['--log-level=error', `--metrics-port=${metricsPort}`],
  })
  const ask = async (method: string, path: string, body?: string): Promise<void> => {
    const init = body === undefined ? {} : { body, headers: { 'Content-Type': 'application/json' } }
    const url = `http://127.0.0.1:${sidecar.port}/v1.0/${path}`
    await (await fetch(url, { method, ...init })).arrayBuffer()
  }
  for (let i = 0; i < OPERATIONS; i++)
    for (const end of ['', '/bad'])
      await ask('GET', `invoke/fleet/method/${'abcdefgh'[i]}-operation${end}`)
  await ask('POST', 'state/statestore', '[{"key":"a","value":1}]')
  await ask('GET', 'state/statestore/a')
  await ask('POST', 'publish/pubsub/orders', '{}')
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`, {
    headers: { Accept: EXPOSITION_ACCEPT },
  })
  const format = expositionFormat(answer.headers.get('content-type') ?? '')
  const page = parseExposition(await answer.text(), format)
  if (!page.ok) throw new Error(page.error.message)
  return page.value
}

/** The `n`-th sidecar of a fleet: the same page at each scrape, but what counts has grown. */
export function fleetMember(page: Exposition, n: number): (scrape: number) => Exposition {
  const pace = 1 + ((n * 7) % 10)
  const series = page.samples.map(({ labels, value }) => ({
    labels: labelsOf([
      ...labels.pairs,
      ['instance', `10.0.0.${n}:9090`],
      ['app_id', `app-${n}`],
      ['job', 'sidelight'],
    ]),
    value,
    growth: isGauge(page, labels) ? 0 : value * pace,
  }))
  return (scrape) => ({
    metadata: page.metadata,
    samples: series.map(({ labels, value, growth }) => ({
      labels,
      value: growth === 0 ? value : Math.round(growth * scrape),
    })),
  })
}

function isGauge(page: Exposition, labels: Labels): boolean {
  return page.metadata.get(labelValue(labels, METRIC_NAME))?.type === 'gauge'
}
